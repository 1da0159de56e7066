"""Formulas as people type them: a hand-written grammar that reads Unicode, ASCII and NumPy spellings into one tree."""
