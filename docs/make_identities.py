"""The page of known derivatives, identities.md, from the table identities.toml: each derived now, in both layouts.

python docs/make_identities.py
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import nablastep as ns
from nablastep.derivations.writing import derivation_notation
from nablastep.deriving.derivation import HESSIAN, JACOBIAN_KIND
from nablastep.deriving.norms import with_norms
from nablastep.deriving.textbook import textbook
from nablastep.transposition import transposed

FOLDER = Path(__file__).parent
LATEX = derivation_notation("latex")

OPENING = """# Known derivatives, derived

Everything in this table is found by the program, not typed: each line is what `nablastep derive` answers today, and a
test holds that it is the form of its source, up to the order of terms, and that all three routes lead to it. The words
and the derivations are the program's own; the sources say where others have published the result.

In **numerator layout** the derivative of a number by a column is a row, and the Jacobian has a row for each entry of
the result; in **denominator layout** everything is transposed, so that a gradient has the shape of its variable: that
is what `∇` means here. Jacobians of matrices by matrices are laid out on stacked columns, with
`vec(A X B) = (Bᵀ ⊗ A) vec(X)`; K is the commutation matrix, K vec(X) = vec(Xᵀ). Capital letters are matrices, small
letters columns, and shapes fit.

```sh
nablastep derive "norm(A x - b)^2" --by x
nablastep derive "softmax(z)" --layout denominator
nablastep derive "x^T A x" --by x --second
nablastep derive "logdet(A)" --shape "A=positive definite" --symmetric
```

| f | by | numerator layout | denominator layout | source |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    table = tomllib.loads((FOLDER / "identities.toml").read_text(encoding="utf-8"))["identities"]
    return OPENING + "".join(_row(row) for row in table)


def _row(row: dict[str, Any]) -> str:
    options = {name: row[name] for name in ("second", "symmetric") if name in row}
    answer = ns.derive(row["f"], row["by"], shape=row.get("shape", ""), **options)
    result = answer.results[1] if "second" in row else answer.first
    symmetric = [symbol for symbol in answer.reading.variables if symbol.id in answer.reading.properties]
    turned = textbook(transposed(result.expression), symmetric)
    numerator, denominator = turned, result.expression
    if result.kind in (JACOBIAN_KIND, HESSIAN):
        numerator, denominator = denominator, numerator
    cells = [LATEX.text(with_norms(x)) for x in (answer.reading.expression, result.by, numerator, denominator)]
    note = f" ({row['shape'].replace('=', ' ')})" if "shape" in row and "×" not in row["shape"] else ""
    kind = ", second derivative" if "second" in row else ", symmetrised" if "symmetric" in row else ""
    return "| " + " | ".join(f"${cell}$" for cell in cells) + f" | {row['source']}{kind}{note} |\n"


if __name__ == "__main__":
    (FOLDER / "identities.md").write_text(page(), encoding="utf-8")
