"""How things look: colours, glyphs, numbers and symbols as text. Knows no scene and draws nothing."""
