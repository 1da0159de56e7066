"""The commands, one module each or a group. A module has `register(app)` and loads what it needs when it runs."""
