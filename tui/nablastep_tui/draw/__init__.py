"""Pure drawing functions: a scene or its parts, and a canvas, in; cells of text out. No state, no input, no clock."""
