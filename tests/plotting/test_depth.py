"""Pictures of stacks of layers: what is drawn, by what matplotlib keeps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from matplotlib.figure import Figure

from dagmix import DiffusionOperator, LayerStack, families, proxies
from dagmix.errors import KindError, NumberError, ShapeError, SymbolicError
from dagmix.plotting import depth_signals, head_shares, rollout

ONE = [[1, 0, 0], ["1/2", "1/2", 0], ["1/4", "1/4", "1/2"]]
TWO = [[1, 0, 0], [1, 0, 0], ["1/3", "1/3", "1/3"]]
LAYERS = [DiffusionOperator.from_matrix(rows, sink=2) for rows in (ONE, TWO)]
STACK = LayerStack(LAYERS)


def test_the_map_has_the_signals_of_all_depths() -> None:
    ax: Any = depth_signals(STACK)
    shown = ax.images[0].get_array()
    assert shown.data[1:].ravel().tolist() == pytest.approx(
        [1 / 8, 1 / 8, 3 / 4, 7 / 24, 5 / 24, 1 / 2]
    )
    assert shown.mask.tolist() == [[True, True, False], [False] * 3, [False] * 3]
    assert ax.get_ylabel() == "layers passed, t"


def test_dots_are_where_the_fidelity_is_attained_first() -> None:
    [dots] = depth_signals(STACK).lines
    first = [STACK.node_fidelity(node).times[0] for node in STACK.nodes]
    assert [*map(int, np.asarray(dots.get_ydata()))] == first == [2, 2, 0]


def test_one_node_has_a_map_too() -> None:
    ax: Any = depth_signals(LayerStack([DiffusionOperator.from_matrix([[1]])]))
    assert ax.images[0].get_array().tolist() == [[1.0], [1.0]]


def test_positions_go_by_their_names_while_there_is_room() -> None:
    def names(nodes: list[Any]) -> list[tuple[str, float]]:
        matrix = np.tri(len(nodes)) / np.arange(1, len(nodes) + 1)[:, None]
        ax = depth_signals(LayerStack([DiffusionOperator.from_matrix(matrix, nodes)]))
        ax.figure.draw_without_rendering()  # type: ignore[union-attr]
        return [(text.get_text(), text.get_rotation()) for text in ax.get_xticklabels()]

    assert names(["a", "$5"]) == [("a", 0.0), (r"\$5", 0.0)]
    assert names(["the", "dog"]) == [("the", 90.0), ("dog", 90.0)]
    many = dict(names([f"w{k}" for k in range(50)]))
    assert {"w0", "w40"} < set(many) < {"", *(f"w{k}" for k in range(50))}


def test_shares_are_those_of_the_proxies_and_the_residual_stream_has_the_rest() -> None:
    tensor = np.array([[ONE, TWO], [TWO, ONE]]).astype(object)
    attention = np.vectorize(lambda entry: float(Fraction(entry)))(tensor)
    shares = proxies.head_shares(attention, 0)
    ax: Any = head_shares(shares)
    shown = ax.images[0].get_array().data
    assert shown[:, :2] == pytest.approx(shares)
    assert shown.sum(axis=1) == pytest.approx(1)
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0", "1", "residual"]
    assert [text.get_text() for text in ax.texts] == [f"{share:.2f}" for share in shown.ravel()]


def test_many_shares_are_colours_only() -> None:
    assert not head_shares(np.full((12, 12), 1 / 16)).texts


def test_rollout_is_drawn_under_the_flow() -> None:
    below, above = (line.get_ydata() for line in rollout(STACK).lines)
    assert below == pytest.approx([7 / 24, 5 / 24, 1 / 2])
    assert above == pytest.approx([11 / 24, 7 / 24, 2 / 3])


def test_what_does_not_arrive_is_marked_as_zero() -> None:
    stack = LayerStack([DiffusionOperator(families.line(4))])
    lines: list[Any] = list(rollout(stack).lines)
    assert [line.get_xdata().tolist() for line in lines if line.get_marker() == "$0$"] == [
        [0, 1],
        [0, 1],
    ]


def test_given_axes_are_drawn_on() -> None:
    drawn: Any = ((depth_signals, STACK), (rollout, STACK), (head_shares, [[1 / 2]]))
    for draw, what in drawn:
        ax = Figure().add_subplot()
        assert draw(what, ax=ax) is ax


def test_bad_input() -> None:
    symbolic = LayerStack(LAYERS, residual=sp.Symbol("rho"))
    for draw in (depth_signals, rollout):
        with pytest.raises(KindError, match=r"a result is drawn, as in LayerStack"):
            draw(LAYERS[0])  # type: ignore[arg-type]
        with pytest.raises(SymbolicError):
            draw(symbolic)
    for shares, error in (
        ([["a"]], KindError),
        ([[1j]], KindError),
        ([0.5, 0.5], ShapeError),
        (np.zeros((0, 2)), ShapeError),
        ([[-0.1, 0.5]], NumberError),
        ([[0.6, 0.6]], NumberError),
        ([[float("nan"), 0.5]], NumberError),
    ):
        with pytest.raises(error):
            head_shares(shares)
