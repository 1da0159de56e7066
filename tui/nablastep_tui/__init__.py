"""nablastep in a terminal: the command line and the interactive app.

Draws what the core computes and hands every key to the core as a command; it does no arithmetic on the network.
Importing this package loads nothing: each command loads what it needs.
"""
