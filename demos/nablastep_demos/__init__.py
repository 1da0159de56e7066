"""The built-in networks and demos: data files. No code lives here."""
