"""What comes from files and goes into them: network files, data in CSV, built-in networks and data sets.

Nothing below this package knows a file, and nothing in it knows a screen.
"""
