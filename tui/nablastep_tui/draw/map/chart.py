"""What the map shows of a graph of equations: boxes in order, the tracks in them, what links them, what is shared.

A pure function of a program. Knows no sizes, values or screens: a quantity is its id here.

Every block of equations is a box; blocks side by side (heads) that begin with the same are one. In a box, equations
that follow from each other stand on one track, parallel branches (queries, keys, values) on tracks of their own. What
comes in stands left of its one reader; the samples, and what several equations of one box read, have a box before all
others; what several boxes read, and parameters with several readers, are shared: they are drawn once and reach their
readers over a bus. E has a box behind all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache

from nablastep.calculus import comes_back_as_it_is
from nablastep.expressions import Add, Expression, Symbol, matrix_symbols
from nablastep.graph import COMPUTED, Definition, Graph, Role
from nablastep.records import record

Track = tuple[str, ...]

_CARD_ROOM = 80
_MARKS, _GAP, _VALUE = 4, 1, 9
"""Cells for `∇`, the brackets of a mark and `Σ2`; between names; for a small strip beside a name, and an arrow."""


@record()
class Box:
    """A card of the map. `number` is the block's, 0 that of what comes in, one more than the last that of E.

    `compared` are the data that only E reads, which stand below it.
    """

    number: int
    title: str
    tracks: tuple[Track, ...]
    compared: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything in the box, in reading order."""
        return tuple(name for track in self.tracks for name in track) + self.compared


@record()
class Link:
    """`reader` is computed from `source`; their gradients go the other way. `reach` says how it is drawn.

    "next": the reader follows on the same track; "box": it is in the next box; "join": it is on another track of the
    same box; "over": something lies between.
    """

    source: str
    reader: str
    reach: str


@record(eq=False)
class Chart:
    """The map of a graph before it has a size.

    `shared` are the ids on the bus, `beside` those that stand left of their one reader, `computed` those that the
    equations define, `joins` those of them that add up values that come on several ways. `as_is`: pairs of source and
    reader where the gradient comes back as it is, times 1.
    """

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    shared: tuple[str, ...]
    readers: dict[str, tuple[str, ...]]
    computed: frozenset[str]
    beside: frozenset[str]
    joins: frozenset[str]
    as_is: frozenset[tuple[str, str]]

    @cached_property
    def box_of(self) -> dict[str, int]:
        """The index of the box that a quantity stands in; shared ones stand in none."""
        return {name: index for index, box in enumerate(self.boxes) for name in box.names}

    @cached_property
    def links_by_reader(self) -> dict[str, tuple[Link, ...]]:
        """The links that lead to a quantity."""
        found: dict[str, tuple[Link, ...]] = {}
        for link in self.links:
            found[link.reader] = (*found.get(link.reader, ()), link)
        return found

    @property
    def last(self) -> int:
        """The number of the box of E."""
        return self.boxes[-1].number

    def track_of(self, name: str) -> int:
        """The number of the track that a quantity stands on, from 0, in its box."""
        tracks = self.boxes[self.box_of[name]].tracks
        return next((index for index, track in enumerate(tracks) if name in track), 0)


@lru_cache(maxsize=64)
def chart_of(graph: Graph) -> Chart:
    """The chart of a graph."""
    readers = _readers(graph)
    groups = tuple(_groups(graph))
    shared, first, compared = _placed(graph, readers, groups)
    computed = frozenset(definition.target.id for definition in graph.definitions)
    aside = {*shared, *first, *compared, *computed}
    beside = {
        definition.target.id: tuple(symbol.id for symbol in _reads(definition) if symbol.id not in aside)
        for definition in graph.definitions
    }
    boxes = tuple(_boxes(graph, first, compared, beside, groups))
    links = tuple(_links(boxes, readers, computed.union(first)))
    alone = frozenset(name for names in beside.values() for name in names)
    values = computed.union(first)
    joins = frozenset(each.target.id for each in graph.definitions if _is_join(each.equation.expression, values))
    as_is = frozenset((link.source, link.reader) for link in links if link.reach != "next" and _is_as_is(graph, link))
    return Chart(boxes, links, tuple(shared), readers, computed, alone, joins, as_is)


def _is_as_is(graph: Graph, link: Link) -> bool:
    """Whether the derivative of the reader by its source is 1, as that of a sum by what is added."""
    reader, source = graph.definition_of(link.reader), graph.by_id[link.source].symbol
    return reader is not None and comes_back_as_it_is(reader.equation.expression, source, reader.target.gradient)


def _is_join(expression: Expression, values: frozenset[str]) -> bool:
    """Whether at least two of the terms that are added up are made of values: `h + tanh(z)`, but not `W h + b`."""
    carrying = (any(symbol.id in values for symbol in matrix_symbols(term)) for term in _added(expression))
    return sum(carrying) > 1


def _added(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Add):
        yield from _added(expression.left)
        yield from _added(expression.right)
    else:
        yield expression


Group = tuple[int, ...]
"""The numbers of blocks that stand in one box."""


def _groups(graph: Graph) -> Iterator[Group]:
    """Blocks one after the other that begin with the same, none of which goes on with another, are side by side."""
    group: Group = ()
    begins: set[str] = set()
    for number in range(1, len(graph.blocks) + 1):
        own = _own(graph, (number,))
        made = {definition.target.id for definition in own}
        read = {symbol.id for definition in own for symbol in _reads(definition)
                if symbol.id not in made and graph.by_id[symbol.id].role is not Role.PARAMETER}  # fmt: skip
        if group and read and read == begins:
            group = (*group, number)
            continue
        if group:
            yield group
        group, begins = (number,), read
    if group:
        yield group


def _own(graph: Graph, group: Group) -> list[Definition]:
    """The equations of some blocks; that of E is in none."""
    return [
        definition
        for definition in graph.definitions
        if graph.by_id[definition.target.id].block in group and definition.target != graph.error
    ]


def _placed(
    graph: Graph, readers: dict[str, tuple[str, ...]], groups: tuple[Group, ...]
) -> tuple[list[str], list[str], list[str]]:
    """Of what comes in: what is shared, what stands before all others, and what E alone is compared with."""
    shared, first, compared = [], [], []
    group_of = {number: group[0] for group in groups for number in group}
    for quantity in graph.quantities:
        if quantity.role in COMPUTED:
            continue
        name, read_by = quantity.symbol.id, readers.get(quantity.symbol.id, ())
        blocks = {0 if reader == graph.error.id else group_of[graph.by_id[reader].block] for reader in read_by}
        is_learned = quantity.role is Role.PARAMETER
        if len(blocks) > 1 or (is_learned and len(read_by) > 1):
            shared.append(name)
        elif blocks == {0} and not is_learned:
            compared.append(name)
        elif not is_learned and (quantity.role is Role.DATA or len(read_by) != 1):
            first.append(name)
    return shared, first, compared


def _reads(definition: Definition) -> tuple[Symbol, ...]:
    """What the equation reads as a textbook writes it: softmax's output, where E is computed from its input."""
    return matrix_symbols((definition.definition or definition.equation).expression)


def _readers(graph: Graph) -> dict[str, tuple[str, ...]]:
    readers: dict[str, tuple[str, ...]] = {}
    for definition in graph.definitions:
        for symbol in _reads(definition):
            readers[symbol.id] = (*readers.get(symbol.id, ()), definition.target.id)
    return readers


def _boxes(
    graph: Graph, first: list[str], compared: list[str], beside: dict[str, tuple[str, ...]], groups: tuple[Group, ...]
) -> Iterator[Box]:
    if first:
        known = graph.by_id[first[0]].role is Role.DATA
        yield Box(0, "input" if known else "given", tuple((name,) for name in first))
    for group in groups:
        own, number, title = _own(graph, group), group[0], _title([graph.blocks[each - 1] for each in group])
        runs = list(_runs(own, beside))
        for place, run in enumerate(runs, 1):
            part = f" {place}/{len(runs)}" if len(runs) > 1 else ""
            yield Box(number, f"{title}{part}", _tracks(run, beside))
    error, number = graph.error.id, len(graph.blocks) + 1
    if beside[error]:
        yield Box(number, "loss", ((*compared, *beside[error], error),))
    else:
        yield Box(number, "loss", ((error,),), tuple(compared))


def _title(titles: list[str]) -> str:
    """`head 1, 2` of heads 1 and 2; what has no word in common is listed."""
    words = [title.split() for title in titles]
    if len({" ".join(each[:-1]) for each in words}) == 1 and words[0][:-1]:
        return f"{' '.join(words[0][:-1])} {', '.join(each[-1] for each in words)}"
    return ", ".join(titles)


def _runs(definitions: list[Definition], beside: dict[str, tuple[str, ...]]) -> Iterator[list[Definition]]:
    """The equations of a block in pieces that a card has room for: most blocks are one."""
    run: list[Definition] = []
    for definition in definitions:
        if run and not _has_room(_tracks([*run, definition], beside)):
            yield run
            run = []
        run.append(definition)
    if run:
        yield run


def _has_room(tracks: tuple[Track, ...]) -> bool:
    """Whether the tracks fit the narrowest map of cards, with folds on both sides."""
    columns = [[track[place] for track in tracks if place < len(track)] for place in range(max(map(len, tracks)))]
    beside_values = _VALUE if len(tracks) > 1 else _GAP
    return sum(max(map(len, column)) + _MARKS + beside_values for column in columns) <= _CARD_ROOM


def _tracks(definitions: list[Definition], beside: dict[str, tuple[str, ...]]) -> tuple[Track, ...]:
    """Every equation goes on with the longest track whose end it reads, or begins a track."""
    tracks: list[Track] = []
    for definition in definitions:
        target, read = definition.target.id, {symbol.id for symbol in _reads(definition)}
        ends = [index for index, track in enumerate(tracks) if track[-1] in read]
        own = (*beside[target], target)
        if ends:
            longest = max(ends, key=lambda index: len(tracks[index]))
            tracks[longest] = (*tracks[longest], *own)
        else:
            tracks.append(own)
    return tuple(tracks)


def _links(boxes: tuple[Box, ...], readers: dict[str, tuple[str, ...]], sources: frozenset[str]) -> Iterator[Link]:
    spots = {
        name: _Spot(index, number, place, tuple(other for other in track[:place] if other in sources))
        for index, box in enumerate(boxes)
        for number, track in enumerate(box.tracks)
        for place, name in enumerate(track)
    }
    for source, spot in spots.items():
        if source not in sources:
            continue
        tracks = boxes[spot.box].tracks
        is_last = spot.place == len(tracks[spot.track]) - 1
        for reader in readers.get(source, ()):
            there = spots[reader]
            alone = sum(spots[other].box == there.box for other in readers[source]) == 1
            enters = is_last and (not there.before or (alone and len(tracks) > 1))
            yield Link(source, reader, _reach(source, spot, there, enters=enters))


@record()
class _Spot:
    """Where a quantity stands, and the values before it on its track."""

    box: int
    track: int
    place: int
    before: tuple[str, ...]


def _reach(source: str, here: _Spot, there: _Spot, *, enters: bool) -> str:
    if here.box == there.box:
        if here.track != there.track:
            return "join"
        return "next" if there.before[-1] == source else "over"
    return "box" if there.box == here.box + 1 and enters else "over"
