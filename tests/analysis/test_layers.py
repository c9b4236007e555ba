"""What a report writes: labels in place of numbers, where there are any."""

from __future__ import annotations

import numpy as np

from dagmix.analysis import Attention
from dagmix.analysis.head_table import table_of_heads
from dagmix.analysis.layers import table
from dagmix.analysis.weakest_position import table as pathways_of
from dagmix.analysis.weakest_position import weakest

UNIFORM = np.tri(4)[None, None] / np.arange(1, 5)[:, None]  # (layers, heads, n, n)


def test_layers_and_positions_go_by_their_labels() -> None:
    """Numbers stay numbers in the attributes; what people read has tokens, repeated ones numbered.

    The weakest position of uniform attention on four positions is that of number 2.
    """
    tensor = np.concatenate([UNIFORM, UNIFORM])
    attention = Attention(tensor, tokens=["a", "b", "a", "\n"], layer_labels=["first", "last"])
    layers = list(attention.layers())
    assert [(one.layer, one.positions) for one in layers] == [(0, (2,)), (1, (2,))]
    assert [(one.label, one.nodes) for one in layers] == [
        ("first", ("a (2)",)),
        ("last", ("a (2)",)),
    ]
    shown = {column.header: list(column.cells) for column in table(layers).columns}
    assert (shown["layer"], shown["at"]) == (["first", "last"], ["a (2)", "a (2)"])
    heads = {column.header: list(column.cells) for column in table_of_heads(layers).columns}
    assert heads["layer"] == ["first", "last"]
    title, heading, *_ = pathways_of([weakest(attention, layers[0], 1, 4)]).renderables
    assert "to the last position" in str(title)
    assert "layer first, position a (2): t = " in str(heading)


def test_the_caption_names_the_target() -> None:
    caption = table(list(Attention(UNIFORM, tokens="abcd", target="c").layers())).caption
    assert str(caption).startswith("steps to position c: ")
    assert str(table(list(Attention(UNIFORM).layers())).caption).startswith("steps to the last")
