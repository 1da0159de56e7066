"""The fixed words and limits of version 1 of the demo language.

Part of the file format: they change with its version only, whatever else the program learns.
"""

VERSION = 1
CONVENTIONS = ("column", "column-transposed", "row-keras", "row-pytorch")
NOTATIONS = ("unicode", "ascii", "latex", "numpy", "spoken")
THEMES = ("dark", "light", "high-contrast")
ROUTES = ("index", "jacobian", "differential")
SCALARS = ("E", "learning_rate", "iteration", "step", "branch")
RELATIONS = ("~", "=", "<", "<=", ">", ">=")
GRADCHECK_RELATIONS = ("<", "<=", ">", ">=")
HEADER_VERBS = ("demo", "title", "network", "convention", "size", "speed", "theme")
SMALLEST_SIZE, LARGEST_SIZE = (60, 16), (400, 200)
SLOWEST, FASTEST = 0.25, 8.0
LONGEST_WAIT = 3600.0
LONGEST_SNAP_NAME = 60
