"""Which quantities stand on which card of the map: the input first, a card for each layer or block, E last."""

from __future__ import annotations

from functools import lru_cache

from nablastep.graph import Graph, Role
from nablastep.layers import LayerGraph
from nablastep.program import Step
from nablastep_tui.scene import Scene


def card_names(scene: Scene) -> tuple[tuple[str, ...], ...]:
    """The ids on every card, those that there are."""
    graph = scene.session.program.graph
    known = scene.session.program.symbols
    cards = _layer_cards(graph) if isinstance(graph, LayerGraph) else _block_cards(graph)[0]
    return tuple(tuple(name for name in card if name in known) for card in cards)


def inner_cards(scene: Scene) -> int:
    """How many cards there are between the input and E."""
    return len(card_names(scene)) - 2


def card_of(scene: Scene, step: Step) -> int:
    """The number of the card that the step belongs to; 0 is the input."""
    graph = scene.session.program.graph
    if step.target == graph.error:
        return inner_cards(scene) + 1
    if isinstance(graph, LayerGraph):
        return step.layer
    return _block_cards(graph)[1].get(step.layer, inner_cards(scene) + 1)


def card_title(scene: Scene, number: int) -> str:
    """What the author calls the block on that card, or the quantities in it."""
    graph = scene.session.program.graph
    blocks = {card: block for block, card in _block_cards(graph)[1].items()}
    title = graph.blocks[blocks[number] - 1]
    return title or " ".join(name for name in card_names(scene)[number] if graph.definition_of(name))


def has_layers(scene: Scene) -> bool:
    """Whether the network is a chain of layers, whose cards have hooks and sizes."""
    return isinstance(scene.session.program.graph, LayerGraph)


def is_batch(scene: Scene) -> bool:
    """Whether there are several samples."""
    return any("m" in symbol.shape for symbol in scene.session.program.graph.of(Role.DATA, Role.TARGET))


def is_computed_forward(scene: Scene, name: str) -> bool:
    """Whether the quantity has a forward equation."""
    return scene.session.program.graph.definition_of(name) is not None


def _layer_cards(graph: LayerGraph) -> list[tuple[str, ...]]:
    inner = [(f"W{k}", f"b{k}", f"z{k + 1}", f"a{k + 1}") for k in range(len(graph.blocks))]
    return [("a0",), *inner, ("y",)]


@lru_cache(maxsize=64)
def _block_cards(graph: Graph) -> tuple[tuple[tuple[str, ...], ...], dict[int, int]]:
    """The ids on every card, and the card of every block that has one."""
    inner: list[tuple[str, ...]] = []
    numbers: dict[int, int] = {}
    for block in range(1, len(graph.blocks) + 1):
        own = [quantity for quantity in graph.quantities if quantity.block == block]
        outer = [quantity.symbol.id for quantity in own if quantity.role in (Role.GIVEN, Role.PARAMETER)]
        values = [quantity.symbol.id for quantity in own if quantity.role is Role.VALUE]
        if values:
            inner.append((*outer, *values))
            numbers[block] = len(inner)
    placed = {name for card in inner for name in card}
    late = [symbol.id for symbol in graph.of(Role.TARGET, Role.GIVEN, Role.PARAMETER) if symbol.id not in placed]
    first = tuple(symbol.id for symbol in graph.of(Role.DATA))
    return (first, *inner, tuple(late)), numbers
