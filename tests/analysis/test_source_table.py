"""A row for every layer of which a source was asked."""

from __future__ import annotations

from cases.attention_samples import attention

from dagmix.analysis import Attention
from dagmix.analysis.source_table import table_of_sources


def test_a_table_has_every_layer_with_a_source() -> None:
    found = Attention(attention(2, 4, 0)[None])
    layers = [*found.layers(), *found.layers(source=0), *found.layers(source=3)]
    table = table_of_sources(layers)
    assert [list(column.cells) for column in table.columns][2:6] == [
        ["0", "3"],
        ["last", "last"],
        ["1", "1"],
        ["∞", "0"],
    ]
