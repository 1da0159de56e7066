"""The map of a graph of equations: what stands where, and how it is drawn."""
