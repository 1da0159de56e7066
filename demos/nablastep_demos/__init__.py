"""The built-in networks and demos: data files, read with importlib.resources. No code lives here."""
