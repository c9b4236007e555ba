"""Results print as tables, compare and pickle."""

from __future__ import annotations

import pickle

from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_13, heads

from dagmix import MultiHeadDiffusion, MultiHeadWalk
from dagmix.heads import ablation, best_subset

MIX = MultiHeadDiffusion(heads(EXAMPLE_13), ["1/4", "3/4"])


def test_a_table_a_row_a_head() -> None:
    text = str(ablation(MIX))
    assert text.startswith("φ_min of the mixture: 23/64")
    assert len(text.splitlines()) == 6
    assert "T(¼) of the mixture" in str(ablation(MultiHeadWalk(heads(EXAMPLE_13)), "mixing"))
    assert "<th>Shapley</th>" in ablation(MIX)._repr_html_()


def test_equal_and_pickled() -> None:
    floats = MultiHeadDiffusion.from_attention(attention(2, 4, 0))
    for mix in (MIX, floats):
        for found in (ablation(mix), best_subset(mix, 1)):
            assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes
    bounds = pickle.loads(pickle.dumps(ablation(floats))).shapley[0]  # noqa: S301 - our own bytes
    assert bounds.lower <= bounds <= bounds.upper
