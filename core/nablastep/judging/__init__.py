"""Answers, judged: formulas and numbers for the equation of a step, and whole files of them."""

from __future__ import annotations
