"""From numbers with indices back to matrices, by rules that look at which indices the factors share.

A sum over an index that two factors share is a matrix product; equal indices without a sum are ⊙; a sum over an index
that one factor has is a product with ones; two free indices, each on a factor of its own, are an outer product. What
comes out is what the sums say, whether or not it is what somebody expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

from nablastep.expressions import (
    COLUMNS,
    ONE,
    ROWS,
    Diagonals,
    Dimension,
    Divide,
    Expression,
    Factor,
    Fill,
    Ratio,
    Shape,
    Sum,
    Symbol,
)
from nablastep.laws import add, filled, hadamard, matmul, rearrange, repeat, scale, summed, total
from nablastep.products import Product, indices_of, products_of, renamed
from nablastep.shapes import shape_of
from nablastep.structures import Delta, Entry, Placed
from nablastep.transposition import transposed

Letter = str | None


@dataclass(frozen=True)
class Piece:
    """A matrix with the letters of its rows and columns; `below` is the quotient node if it stands under a fraction."""

    x: Expression
    row: Letter
    column: Letter
    below: type[Divide] | type[Ratio] | None = None

    @property
    def letters(self) -> frozenset[str]:
        """The letters of both axes."""
        return frozenset(letter for letter in (self.row, self.column) if letter is not None)

    def turned(self) -> Piece:
        """The transposed matrix."""
        return Piece(transposed(self.x), self.column, self.row, self.below)

    def with_rows(self, letter: str) -> Piece:
        """The piece with that letter on its rows."""
        return self if self.row == letter else self.turned()

    def with_columns(self, letter: str) -> Piece:
        """The piece with that letter on its columns."""
        return self if self.column == letter else self.turned()


def regrouped(number: Expression, row: Letter, column: Letter, shape: Shape) -> Expression:
    """The expression of that shape whose entry (row, column) is the number. Raises TooManyProducts."""
    terms = [_term(each, row, column, shape) for each in products_of(number, whole=True)]
    return reduce(add, terms) if terms else filled(Factor(0), shape)


def _term(one: Product, row: Letter, column: Letter, shape: Shape) -> Expression:
    """One product as a matrix; a delta between row and column leaves its diagonal."""
    if row is None or column is None or not shape or not any(isinstance(atom, Delta) for atom in one.atoms):
        return _Contraction(one, row, column, shape).matrix()
    rest = tuple(renamed(atom, column, row) for atom in one.atoms if not isinstance(atom, Delta))
    plan = _diagonals(shape[0])
    return rearrange(_term(replace(one, atoms=rest), row, None, plan.after), plan, back=True)


def _diagonals(dimension: Dimension) -> Diagonals:
    return Diagonals((dimension, dimension), (dimension, "1"))


class _Contraction:
    """One product of entries, contracted index by index."""

    def __init__(self, product: Product, row: Letter, column: Letter, shape: Shape) -> None:
        self.row, self.column, self.shape = row, column, shape
        self.dimensions = dict(product.bound)
        self.dimensions |= {
            letter: dimension for letter, dimension in zip((row, column), shape, strict=False) if letter is not None
        }
        self.bound = list(dict(product.bound))
        self.factor: Expression = _exact(product)
        self.numbers: list[Expression] = []
        self.pieces: list[Piece] = []
        self.places: list[Placed] = []
        for atom in product.atoms:
            if isinstance(atom, Placed):
                self.places.append(atom)
            else:
                self._put(_piece(atom, self.dimensions))

    def matrix(self) -> Expression:
        self._merge()
        while self.bound or self.places:
            placed = {letter for each in self.places for letter in each.letters}
            free = [letter for letter in self.bound if letter not in placed]
            if free:
                self._sum_over(self._next_index(free))
            else:
                self._rearrange()
            self._merge()
        numbers = self.numbers
        found = self._arranged()
        for number in reversed(numbers):
            found = scale(number, found)
        return scale(self.factor, found)

    def _put(self, piece: Piece) -> None:
        if piece.letters:
            self.pieces.append(self._plain(piece))
        else:
            number = _scalar(piece.x)
            self.numbers.append(Divide(ONE, number) if piece.below else number)

    def _plain(self, piece: Piece) -> Piece:
        """Of a matrix with one letter on both axes only the diagonal is there."""
        if piece.row is None or piece.row != piece.column:
            return piece
        column = rearrange(piece.x, _diagonals(self.dimensions[piece.row]), back=False)
        return Piece(column, piece.row, None, piece.below)

    # equal indices

    def _merge(self) -> None:
        """Factors with the same indices become one: entry times entry, or a scalar product where it is summed."""
        place = 0
        while place < len(self.pieces):
            first = self.pieces[place]
            later = range(place + 1, len(self.pieces))
            match = next((each for each in later if self._belong_together(first, self.pieces[each])), None)
            if match is None:
                place += 1
                continue
            other = self.pieces.pop(match)
            second = other if (other.row, other.column) == (first.row, first.column) else other.turned()
            self.pieces[place] = _together(first, second)

    def _belong_together(self, first: Piece, second: Piece) -> bool:
        return first.letters == second.letters and not self._dots(first, second)

    def _dots(self, first: Piece, second: Piece) -> bool:
        """Whether the two are the only vectors on a summed index: aᵀ b."""
        if len(first.letters) != 1 or first.below or second.below:
            return False
        (letter,) = first.letters
        return letter in self.bound and self._having(letter) == [first, second]

    def _having(self, letter: str) -> list[Piece]:
        return [piece for piece in self.pieces if letter in piece.letters]

    # sums

    def _rearrange(self) -> None:
        """Σ over one side of a rearrangement: the matrix with these indices is moved to the other side, or back."""
        sides = [
            side
            for each in self.places
            for side in ((each, each.source, each.target, each.back), (each, each.target, each.source, not each.back))
        ]
        sides.sort(key=lambda side: side[1] == (None, None))  # a single cell has no letters: it moves alone, at last
        for each, inner, outer, back in sides:
            letters = {letter for letter in inner if letter is not None}
            others = {letter for other in self.places if other is not each for letter in other.letters}
            inside = [piece for piece in self.pieces if piece.letters & letters]
            if letters <= set(self.bound) and not letters & others and all(p.letters <= letters for p in inside):
                self.places.remove(each)
                self.bound = [letter for letter in self.bound if letter not in letters]
                self.pieces = [piece for piece in self.pieces if piece not in inside]
                shape = each.plan.after if back else each.plan.before
                x = self._spread(inside, inner, shape)
                self._put(Piece(rearrange(x, each.plan, back=back), *outer))
                return
        raise ValueError("two rearrangements of one matrix at once")

    def _spread(self, pieces: list[Piece], letters: tuple[Letter, Letter], shape: Shape) -> Expression:
        """The product of the pieces as one matrix with those letters."""
        inner = _Contraction(Product(Fraction(1), (), (), ()), *letters, shape)
        inner.pieces = pieces
        inner.dimensions = self.dimensions
        inner._merge()
        return inner._arranged()

    def _next_index(self, letters: list[str]) -> str:
        """An index of two factors, else of one; of more only where nothing else is left."""
        counts = {letter: len(self._having(letter)) for letter in letters}
        return min(letters, key=lambda letter: (counts[letter] > 2, abs(counts[letter] - 2), self.bound.index(letter)))

    def _sum_over(self, letter: str) -> None:
        having = [_upright(piece, self.dimensions) for piece in self._having(letter)]
        places = [self.pieces.index(piece) for piece in self._having(letter)]
        for piece in self._having(letter):
            self.pieces.remove(piece)
        while len(having) > 2:
            having = self._fewer(having, letter)
        self.bound.remove(letter)
        if len(having) == 1:
            found = _totalled(having[0], letter)
        elif len(having) == 2:
            found = self._product(having[0], having[1], letter)
        else:
            self.numbers.append(summed(Fill(ONE, (self.dimensions[letter], "1"))))
            return
        if found.letters:
            self.pieces.insert(min(places[0], len(self.pieces)), self._plain(found))
        else:
            self._put(found)

    def _fewer(self, having: list[Piece], letter: str) -> list[Piece]:
        """A vector on the index goes into a matrix on it, entry by entry along its rows."""
        vector = next((piece for piece in having if len(piece.letters) == 1), None)
        if vector is None:
            raise ValueError(f"{len(having)} matrices share one index")
        rest = [piece for piece in having if piece is not vector]
        wide = rest[0].with_rows(letter)
        along = self.dimensions[wide.column] if wide.column else "1"
        spread = repeat(vector.with_rows(letter).x, COLUMNS, along)
        return [Piece(hadamard(wide.x, spread), letter, wide.column), *rest[1:]]

    def _product(self, first: Piece, second: Piece, letter: str) -> Piece:
        """The matrix product over the letter, with the letter that is wanted in front on the rows."""
        if (
            self.row in second.letters
            or (self.column in first.letters and self.row not in first.letters)
            or (len(first.letters) == 1 and len(second.letters) == 2)
        ):
            first, second = second, first
        left, right = first.with_columns(letter), second.with_rows(letter)
        return Piece(matmul(left.x, right.x), left.row, right.column)

    # what is left

    def _arranged(self) -> Expression:
        """The free indices in their places; along a free index that nothing has the value is repeated."""
        whole = [_upright(p, self.dimensions) for p in self.pieces if p.letters == {self.row, self.column}]
        rows = [_upright(p, self.dimensions) for p in self.pieces if p.letters == {self.row}]
        columns = [_upright(p, self.dimensions) for p in self.pieces if p.letters == {self.column}]
        if self.row is None or self.column is None:
            return self._vector([*whole, *rows, *columns])
        up = [piece.with_rows(self.row).x for piece in rows]
        lying = [piece.with_columns(self.column).x for piece in columns]
        if whole:
            found = reduce(hadamard, (piece.with_rows(self.row).x for piece in whole))
            found = reduce(hadamard, (repeat(x, COLUMNS, self.size(1)) for x in up), found)
            return reduce(hadamard, (repeat(x, ROWS, self.size(0)) for x in lying), found)
        if up and lying:
            return matmul(up[0], lying[0])
        if up:
            return repeat(up[0], COLUMNS, self.size(1))
        return repeat(lying[0], ROWS, self.size(0)) if lying else filled(ONE, self.shape)

    def size(self, axis: int) -> str:
        """The dimension along an axis of the result."""
        return self.shape[axis]

    def _vector(self, pieces: list[Piece]) -> Expression:
        if not pieces:
            return filled(ONE, self.shape)
        if self.row is not None:
            return pieces[0].with_rows(self.row).x
        assert self.column is not None
        return pieces[0].with_columns(self.column).x


def _exact(product: Product) -> Expression:
    below = tuple(name for name, power in product.dimensions for _ in range(-power))
    above = tuple(name for name, power in product.dimensions for _ in range(power))
    return Factor(product.factor.numerator, product.factor.denominator, below, above)


def _piece(atom: Expression, dimensions: Mapping[str, str]) -> Piece:
    """An atom as a matrix with letters: what is computed entry by entry is computed on whole matrices."""
    if isinstance(atom, Entry):
        return Piece(atom.x, *atom.indices)
    if isinstance(atom, Divide | Ratio) and atom.left == ONE:
        row, column, shape = _axes(atom.right, dimensions)
        return Piece(regrouped(atom.right, row, column, shape), row, column, type(atom))
    if isinstance(atom, Symbol) or not atom.operands:
        return Piece(atom, None, None)
    row, column, shape = _axes(atom, dimensions)
    operands = tuple(regrouped(operand, row, column, shape) for operand in atom.operands)
    return Piece(atom.with_operands(operands), row, column)


def _axes(number: Expression, dimensions: Mapping[str, str]) -> tuple[Letter, Letter, Shape]:
    """The letters of the number as those of rows and columns, and the shape they make."""
    letters = indices_of(number)
    row, column = (*letters, None, None)[:2]
    return row, column, (dimensions[row] if row else "1", dimensions[column] if column else "1") if letters else ()


def _scalar(x: Expression) -> Expression:
    """A 1×1 matrix as a number."""
    return Sum(x) if shape_of(x) == ("1", "1") else x


def _together(first: Piece, second: Piece) -> Piece:
    """Two factors with the same indices, entry by entry."""
    if second.below and not first.below:
        return Piece(second.below(first.x, second.x), first.row, first.column)
    if first.below and not second.below:
        return Piece(first.below(second.x, first.x), first.row, first.column)
    return Piece(hadamard(first.x, second.x), first.row, first.column, first.below)


def _upright(piece: Piece, dimensions: Mapping[str, str]) -> Piece:
    """A piece that stands under a fraction as the fraction 1 ⊘ x."""
    if piece.below is None:
        return piece
    shape = shape_of(piece.x)
    return Piece(piece.below(Fill(ONE, shape), piece.x), piece.row, piece.column)


def _totalled(piece: Piece, letter: str) -> Piece:
    """The sum over an index that one factor has."""
    if piece.letters == {letter}:
        return Piece(summed(piece.x), None, None)
    axis = COLUMNS if piece.column == letter else ROWS
    row, column = (piece.row, None) if axis == COLUMNS else (None, piece.column)
    return Piece(total(piece.x, axis), row, column)
