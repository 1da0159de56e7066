"""The slips that people make, one record each: forwards they make wrong formulas, backwards they name the cause.

`records` is the table, `case` what a record may ask about the right formula, `edits` changes at one place of a tree,
`worlds` random networks on which formulas are compared.
"""

from __future__ import annotations
