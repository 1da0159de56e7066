"""The derivation of a step, full screen or beside the stage, and formulas that fit and are wrong."""
