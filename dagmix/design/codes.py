"""Small graphs with a unique sink as tuples of bit masks, and which of them are the same.

In a code (m_0, …, m_{k−1}) node 0 is the sink, m_0 = 0, and bit i of m_j, i < j, says that j
sends to i; self-loops are left out. So nodes come in the order in which sources are added: each
is a source of the graph of those before it. Every feedforward graph with a unique sink has codes.
"""

from __future__ import annotations

from collections.abc import Iterator

from dagmix.graphs.dag import FeedforwardDAG

Code = tuple[int, ...]
POINT: Code = (0,)  # the graph of the sink alone


def line_code(n: int) -> Code:
    """Return the code of the line on n nodes.

    >>> line_code(4)
    (0, 1, 2, 4)
    """
    return (0, *(1 << j for j in range(n - 1)))


def code_of(graph: FeedforwardDAG) -> Code:
    """Return the canonical code of a graph with a unique sink.

    >>> code_of(FeedforwardDAG([(0, 2), (1, 2)], nodes=range(3)))
    (0, 1, 1)
    """
    place = {node: row for row, node in enumerate(reversed(graph.topological_order))}
    masks = [0] * len(place)
    for sender, receiver in graph.edges:
        if sender != receiver:
            masks[place[sender]] |= 1 << place[receiver]
    return canonical(tuple(masks))


def graph_of(code: Code) -> FeedforwardDAG:
    """Return the graph on 0, …, n − 1, in a topological order, with all self-loops.

    >>> graph_of((0, 1, 3)).edges
    ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    """
    last = len(code) - 1
    pairs = [(last - j, last - i) for j, mask in enumerate(code) for i in bits(mask)]
    return FeedforwardDAG(sorted(pairs), nodes=range(len(code)))


def edges_of(code: Code) -> int:
    """Return the number of edges besides self-loops.

    >>> edges_of((0, 1, 3))
    3
    """
    return sum(mask.bit_count() for mask in code)


def bits(mask: int) -> Iterator[int]:
    """Yield the places of the bits that are set.

    >>> list(bits(0b1101))
    [0, 2, 3]
    """
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def canonical(code: Code) -> Code:
    """Return the code that all relabellings of a graph share.

    Nodes are coloured by the length of their longest path to the sink, then by the colours of
    their receivers and senders until no colour splits. Where several nodes have one colour, each
    in turn is told apart and the colouring goes on; the least of the codes is taken. Two nodes
    with the same receivers and the same senders can be exchanged, so one of them stands for both.

    >>> canonical((0, 1, 2, 1)) == canonical((0, 1, 1, 2))
    True
    """
    receivers = [tuple(bits(mask)) for mask in code]
    senders: list[list[int]] = [[] for _ in code]
    for j, out in enumerate(receivers):
        for i in out:
            senders[i].append(j)
    heights: list[int] = []
    for out in receivers:
        heights.append(1 + max((heights[i] for i in out), default=-1))
    return min(_orders(code, receivers, senders, heights))


def _orders(
    code: Code, receivers: list[tuple[int, ...]], senders: list[list[int]], colours: list[int]
) -> Iterator[Code]:
    """Yield the codes of all orders of the nodes to which a colouring can be refined."""
    colours, cells = _refined(receivers, senders, colours)
    if len(cells) == len(code):
        found = [0] * len(code)
        for j, out in enumerate(receivers):
            found[colours[j]] = sum(1 << colours[i] for i in out)
        yield tuple(found)
        return
    cell = next(cell for cell in cells if len(cell) > 1)
    for j in {(receivers[j], tuple(senders[j])): j for j in cell}.values():
        split = [2 * colour + 1 for colour in colours]
        split[j] -= 1
        yield from _orders(code, receivers, senders, split)


def _refined(
    receivers: list[tuple[int, ...]], senders: list[list[int]], colours: list[int]
) -> tuple[list[int], list[list[int]]]:
    """Split colours by those of receivers and senders until they are stable; list the cells."""
    count = 0
    while True:
        keys = [
            (colour, sorted([colours[i] for i in out]), sorted([colours[i] for i in into]))
            for colour, out, into in zip(colours, receivers, senders, strict=True)
        ]
        cells: list[list[int]] = []
        last = None
        for j in sorted(range(len(keys)), key=keys.__getitem__):
            if keys[j] == last:
                cells[-1].append(j)
            else:
                cells.append([j])
                last = keys[j]
        colours = [0] * len(keys)
        for rank, cell in enumerate(cells):
            for j in cell:
                colours[j] = rank
        if len(cells) == count:
            return colours, cells
        count = len(cells)
