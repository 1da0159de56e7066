"""Pure drawing: values in, cells of text and style out. No widget, no app, no markup, no network arithmetic."""
