"""Pictures of pathways and of cross-drift: what is drawn is what was computed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from dagmix import FeedforwardDAG, MultiHeadDiffusion, MultiHeadWalk, families, pathways
from dagmix.drift import cross_drift
from dagmix.errors import KindError
from dagmix.paper import example_3_13
from dagmix.plotting import pathway_graphs
from dagmix.plotting.canvas import style

EXAMPLE = MultiHeadDiffusion(example_3_13())


def wide(heads: int) -> MultiHeadDiffusion:
    """Random causal attention on 20 positions."""
    scores = np.random.default_rng(0).normal(size=(heads, 20, 20))
    weights = np.where(np.tri(20, dtype=bool), np.exp(3 * scores), 0.0)
    return MultiHeadDiffusion.from_attention(weights / weights.sum(axis=-1, keepdims=True))


@pytest.mark.slow
@pytest.mark.parametrize(("mix", "source"), [(EXAMPLE, "v"), (wide(3), 4), (wide(12), 4)])
def test_a_line_for_every_step_of_every_pathway(mix: MultiHeadDiffusion, source: object) -> None:
    """From (node, step) to (node, step + 1), a colour for each head, wider where heavier."""
    found = pathways.heaviest(mix, source, 3, 6)
    ax = pathway_graphs.pathways(found)
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert len(names) == len(set(names))
    lines = iter(ax.lines)
    looks: dict[int, tuple[str, str]] = {}
    widths = []
    for pathway in found:
        for step, (head, ends) in enumerate(
            zip(pathway.heads, pairwise(pathway.nodes), strict=True)
        ):
            line = next(lines)
            expected = [[names.index(str(node)), step + k] for k, node in enumerate(ends)]
            assert line.get_xydata().tolist() == expected  # type: ignore[union-attr]
            assert looks.setdefault(head, look(line)) == look(line)
            widths.append(line.get_linewidth())
    assert len(set(looks.values())) == len(looks)
    assert widths == sorted(widths, reverse=True)
    assert max(widths) == pathway_graphs.THICKEST
    legend = ax.get_legend()
    assert legend is not None
    shown = [text.get_text() for text in legend.get_texts()]
    assert shown == [f"head {head}" for head in sorted(looks)]
    assert [look(line)[0] for line in legend.get_lines()] == [looks[h][0] for h in sorted(looks)]


def look(line: Any) -> tuple[str, str]:
    """Colour and dashes, these against the width of the line."""
    _, dashes = line._unscaled_dash_pattern
    return to_hex(line.get_color()), str(dashes)


def test_fifty_pathways_stay_within_the_axes() -> None:
    """In a figure of any size; every line is between the frame's edges, and one step is one."""
    mix = wide(12)
    titles = []
    for steps, figure in ((3, Figure()), (1, Figure(figsize=(3, 9), layout="constrained"))):
        found = pathways.heaviest(mix, 18, steps, 50)
        ax = pathway_graphs.pathways(found, ax=figure.subplots())
        figure.draw_without_rendering()
        inside = ax.bbox
        for line in ax.lines[: sum(len(one.heads) for one in found)]:
            for x, y in line.get_transform().transform(line.get_xydata()):
                assert inside.contains(x, y)
        titles.append(ax.get_title())
    assert titles[1].startswith("18 → 19 in 1 step: 12 pathways carry 1")
    assert (
        " 1 pathway carries"
        in pathway_graphs.pathways(pathways.heaviest(mix, 18, 3, 1)).get_title()
    )


def test_long_names_are_slanted_and_many_steps_have_few_ticks() -> None:
    lines = [FeedforwardDAG([("a long name", "τ")])]
    ax = pathway_graphs.pathways(pathways.heaviest(MultiHeadDiffusion(lines), "a long name", 99, 2))
    assert {text.get_rotation() for text in ax.get_xticklabels()} == {45}
    assert len(ax.get_yticks()) < 25


def test_positions_go_in_node_order_and_steps_downwards() -> None:
    """All nodes up to twelve, otherwise those that are visited."""
    ax = pathway_graphs.pathways(pathways.heaviest(EXAMPLE, "v", 3, 6))
    assert [label.get_text() for label in ax.get_xticklabels()] == list("uvwτ")
    assert ax.get_xlabel() == "position"
    low, high = ax.get_ylim()
    assert low > high
    found = pathways.heaviest(wide(3), 4, 3, 2)
    ax = pathway_graphs.pathways(found)
    visited = sorted({int(str(node)) for one in found for node in one.nodes})
    assert [int(label.get_text()) for label in ax.get_xticklabels()] == visited
    assert ax.get_xlabel() == "position (those visited)"
    assert "2 pathways carry" in ax.get_title()


def test_few_heads_have_the_colours_of_other_pictures() -> None:
    ax = pathway_graphs.pathways(pathways.heaviest(EXAMPLE, "v", 1, 6))
    assert not ax.lines
    ax = pathway_graphs.pathways(pathways.heaviest(EXAMPLE, "w", 1, 6))
    assert [line.get_color() for line in ax.lines[:2]] == [style(h)["color"] for h in (0, 1)]


def test_pathways_lie_side_by_side() -> None:
    """Equal node paths are drawn apart, in the order of the list, about their place."""
    figure = Figure()
    ax = figure.subplots()
    assert pathway_graphs.pathways(pathways.heaviest(EXAMPLE, "w", 1, 6), ax=ax) is ax
    starts = [line.get_transform().transform(line.get_xydata())[0] for line in ax.lines[:2]]
    assert starts[0][0] < starts[1][0]
    assert starts[0][1] < starts[1][1]
    middle = ax.transData.transform((2, 0))
    assert np.allclose(np.mean(starts, axis=0), middle)


@pytest.mark.parametrize("n", [6, 20])
def test_the_map_of_cross_drift(n: int) -> None:
    """Terms in the map, gains in the bars, the sink in neither; 0 is the middle of the colours."""
    drift = cross_drift(MultiHeadWalk(families.express_pair(n)))
    ax = pathway_graphs.cross_drift(drift)
    (image,) = ax.images
    shown = np.asarray(image.get_array())
    assert np.allclose(shown, drift.terms[:-1, :-1].astype(float))
    low, high = image.get_clim()
    assert (low, high) == (-abs(shown).max(), abs(shown).max())
    (bars,) = ax.child_axes
    assert ax.figure.axes[-1].get_xlabel() == "part of the gain, steps"
    assert ax.get_ylabel().startswith("from")
    widths = [bar.get_width() for bar in bars.patches]  # type: ignore[attr-defined]
    assert np.allclose(widths, drift.gain[:-1].astype(float))
    assert np.allclose(shown.sum(axis=1), widths)
    reds = [to_hex(bar.get_facecolor()) == "#b2182b" for bar in bars.patches]
    assert reds == [width < 0 for width in widths]
    texts = [text.get_text() for text in ax.texts]
    assert texts == ([f"{x:.3g}" for x in shown.ravel()] if n <= 12 else [])


def test_nothing_to_gain() -> None:
    """Two equal heads make a map of one colour."""
    figure = Figure()
    ax = figure.subplots()
    drift = cross_drift(MultiHeadWalk([families.line(3)] * 2))
    assert pathway_graphs.cross_drift(drift, ax=ax) is ax
    assert ax.images[0].get_clim() == (-1, 1)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1"]


@pytest.mark.parametrize("draw", [pathway_graphs.pathways, pathway_graphs.cross_drift])
def test_anything_but_a_result_is_refused(draw: Callable[[object], object]) -> None:
    """Not the mixture, but what was found about it."""
    with pytest.raises(KindError, match=r"as in dagmix\.\w+\.\w+; got"):
        draw(EXAMPLE)
