"""Pathways through layers as they are labelled and printed."""

from __future__ import annotations

from dagmix import FeedforwardDAG, LayerStack, MultiHeadDiffusion


def test_labels_and_heads_of_no_weight() -> None:
    """Head 0 has weight 0 and keeps its number; the residual stream is R."""
    line = FeedforwardDAG([("a", "b"), ("b", "c")])
    mix = MultiHeadDiffusion([line, line], [0, 1])
    found = LayerStack([mix, mix]).heaviest_pathways("b", 9)
    assert [str(one) for one in found] == [
        "b ─L0R→ b ─L1H1→ c",
        "b ─L0H1→ c ─L1R→ c",
        "b ─L0H1→ b ─L1H1→ c",
        "b ─L0H1→ c ─L1H1→ c",
    ]
    assert found[0].heads == (None, 1)
    assert "from 'b' to 'c', signal 3/8" in str(found)
    assert len(LayerStack([mix], 0).heaviest_pathways("a", 3)) == 0
