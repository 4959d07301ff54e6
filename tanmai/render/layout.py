"""Where the boxes of a flow chart stand: layers from left to right, lanes for life-cycle stages from top to bottom.

Suppliers stand left of what they supply; an arrow that would lead back closes a loop and is drawn once, from right to left.
An arrow that passes a layer has a slot of its own there, so it crosses no box; labels stand in the gap behind each box,
one below the other, so no two texts meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

BOX_WIDTH = 236
GAP = 190
SLOT = 20
SPACE = 24
LANE_PAD = 30


@dataclass(slots=True)
class Item:
    """A box, or the slot (key is a pair) of an arrow that passes its layer.

    Attributes:
        key: Identifier of the box, or (supplier, consumer) of the arrow.
        lane, layer: Row and column.
        height: In pixels.
        x, y: Top left corner.
    """

    key: str | tuple[str, str]
    lane: int
    layer: int
    height: float
    x: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        """Height at which arrows enter."""
        return self.y + self.height / 2


@dataclass(slots=True)
class Layout:
    """Boxes and slots with their places.

    Attributes:
        boxes: By identifier.
        slots: By arrow, in the order in which it passes them, from the supplier on.
        loops: Arrows that lead back.
        lanes: Top and height of each lane.
        width, height: Of the whole.
    """

    boxes: dict[str, Item] = field(default_factory=dict)
    slots: dict[tuple[str, str], list[Item]] = field(default_factory=dict)
    loops: set[tuple[str, str]] = field(default_factory=set)
    lanes: list[tuple[float, float]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0


def layout(
    root: str, lane: Mapping[str, int], height: Mapping[str, float], edges: Sequence[tuple[str, str]], lanes: int
) -> Layout:
    """Place the boxes.

    Args:
        root: Box of the product; it stands last.
        lane: Lane of each box; lanes are numbered from 0, top first.
        height: Height of each box.
        edges: Arrows as (supplier, consumer).
        lanes: Number of lanes.
    """
    made = Layout()
    made.loops = _loops(root, lane, edges)
    forward = [edge for edge in dict.fromkeys(edges) if edge not in made.loops]
    distance = _distances(lane, forward)
    last = max(distance.values())
    for key in lane:
        made.boxes[key] = Item(key, lane[key], last - distance[key], height[key])
    cells: dict[tuple[int, int], list[Item]] = defaultdict(list)
    for box in made.boxes.values():
        cells[box.layer, box.lane].append(box)
    for supplier, consumer in forward:
        first, end = made.boxes[supplier].layer, made.boxes[consumer].layer
        passed = [Item((supplier, consumer), lane[supplier], layer, SLOT) for layer in range(first + 1, end)]
        made.slots[supplier, consumer] = passed
        for slot in passed:
            cells[slot.layer, slot.lane].append(slot)
    _order(made, cells, last, forward)
    _place(made, cells, last, lanes)
    return made


def _loops(root: str, keys: Iterable[str], edges: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the arrows that close a loop, seen on a walk from the product upstream."""
    suppliers: dict[str, list[str]] = defaultdict(list)
    for supplier, consumer in edges:
        suppliers[consumer].append(supplier)
    closing: set[tuple[str, str]] = set()
    state: dict[str, int] = {}
    for start in (root, *keys):
        walk = [(start, iter(suppliers[start]))] if start not in state else []
        state.setdefault(start, 1)
        while walk:
            node, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                state[node] = 2
                walk.pop()
            elif state.get(following) == 1:
                closing.add((following, node))
            elif following not in state:
                state[following] = 1
                walk.append((following, iter(suppliers[following])))
    return closing


def _distances(keys: Iterable[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the longest way of each box to the end, in arrows."""
    consumers: dict[str, list[str]] = defaultdict(list)
    suppliers: dict[str, list[str]] = defaultdict(list)
    for supplier, consumer in edges:
        consumers[supplier].append(consumer)
        suppliers[consumer].append(supplier)
    waiting = {key: len(consumers[key]) for key in keys}
    distance = dict.fromkeys(waiting, 0)
    ready = [key for key, count in waiting.items() if count == 0]
    for key in ready:
        for supplier in suppliers[key]:
            distance[supplier] = max(distance[supplier], distance[key] + 1)
            waiting[supplier] -= 1
            if waiting[supplier] == 0:
                ready.append(supplier)
    return distance


def _order(
    made: Layout, cells: Mapping[tuple[int, int], list[Item]], last: int, forward: Sequence[tuple[str, str]]
) -> None:
    """Order each cell by where its arrows go, from the product leftwards, so that few of them cross."""
    after: dict[str | tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for edge in forward:
        after[edge[0]].append(edge)
    rank: dict[tuple[int, str | tuple[str, str]], float] = {}
    for layer in range(last, -1, -1):
        mine = sorted((key for key in cells if key[0] == layer), key=lambda key: key[1])
        for cell in mine:
            cells[cell].sort(key=lambda item: _wish(made, item, after, rank, layer))
        position = 0
        for cell in mine:
            for item in cells[cell]:
                rank[layer, item.key] = position
                position += 1


def _wish(
    made: Layout,
    item: Item,
    after: Mapping[str | tuple[str, str], list[tuple[str, str]]],
    rank: Mapping[tuple[int, str | tuple[str, str]], float],
    layer: int,
) -> float:
    """Return the mean place of what an item leads to in the next layer."""
    edges = [item.key] if isinstance(item.key, tuple) else after.get(item.key, [])
    places = []
    for edge in edges:
        follows = edge if made.boxes[edge[1]].layer > layer + 1 else edge[1]
        places.append(rank.get((layer + 1, follows), 0.0))
    return sum(places) / len(places) if places else 0.0


def _place(made: Layout, cells: Mapping[tuple[int, int], list[Item]], last: int, lanes: int) -> None:
    """Stack the items of each cell; a lane is as high as its highest cell, and every cell stands in its middle."""
    top = 0.0
    for lane in range(lanes):
        stacks = {layer: _stack(cells.get((layer, lane), [])) for layer in range(last + 1)}
        height = max(stacks.values()) + 2 * LANE_PAD
        made.lanes.append((top, height))
        for layer, stack in stacks.items():
            y = top + (height - stack) / 2
            for item in cells.get((layer, lane), []):
                item.x, item.y = layer * (BOX_WIDTH + GAP), y
                y += item.height + SPACE
        top += height
    made.width = last * (BOX_WIDTH + GAP) + BOX_WIDTH
    made.height = top


def _stack(items: Sequence[Item]) -> float:
    return sum(item.height for item in items) + SPACE * max(0, len(items) - 1)
