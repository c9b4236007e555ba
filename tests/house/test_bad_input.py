"""What is refused, with which error, and that the message names the value and its place."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy as sp

from dagmix import (
    DagmixError,
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    errors,
)

if TYPE_CHECKING:
    from collections.abc import Callable

LINE = FeedforwardDAG([("u", "v"), ("v", "τ")], nodes="uvτ")
OTHER = FeedforwardDAG([("u", "τ"), ("v", "τ")], nodes="uvτ")
FORKED = FeedforwardDAG([("u", "v"), ("u", "τ")], nodes="uvτ")  # sinks v and τ
WALK, DIFFUSION = WalkOperator(LINE), DiffusionOperator(LINE)
B1, B2 = sp.symbols("beta1 beta2", positive=True)
SYMBOLIC = [B1, B2]
ROWS = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])


def changed(i: int, j: int, value: float) -> np.ndarray:
    """ROWS with one other entry."""
    rows = ROWS.copy()
    rows[i, j] = value
    return rows


def refused(call: Callable[[], object], error: type[DagmixError], *named: str) -> None:
    """The call raises this error, and its message has all the words."""
    with pytest.raises(DagmixError) as caught:
        call()
    assert isinstance(caught.value, error), repr(caught.value)
    message = str(caught.value)
    assert all(word in message for word in named), message


GRAPHS: dict[str, tuple[Callable[[], object], type[DagmixError], tuple[str, ...]]] = {
    "cycle": (
        lambda: FeedforwardDAG([("s", "aa"), ("aa", "bb"), ("bb", "cc"), ("cc", "aa")]),
        errors.CycleError,
        ("aa", "bb", "cc"),
    ),
    "two-cycle": (lambda: FeedforwardDAG([(7, 8), (8, 7)]), errors.CycleError, ("7", "8")),
    "mask-cycle": (
        lambda: FeedforwardDAG.from_mask(np.ones((2, 2), dtype=bool)),
        errors.CycleError,
        ("0", "1"),
    ),
    "union-cycle": (
        lambda: FeedforwardDAG.union([LINE, FeedforwardDAG([("v", "u")], nodes="uvτ")]),
        errors.CycleError,
        ("u", "v"),
    ),
    "edge-to-unknown": (
        lambda: FeedforwardDAG([("a", "xyz")], nodes="ab"),
        errors.UnknownNodeError,
        ("xyz",),
    ),
    "edge-from-unknown": (
        lambda: FeedforwardDAG([("xyz", "a")], nodes="ab"),
        errors.UnknownNodeError,
        ("xyz",),
    ),
    "repeated": (lambda: FeedforwardDAG([], nodes="aba"), errors.RepeatedNodeError, ("a",)),
    "repeated-nfc": (
        lambda: FeedforwardDAG([], nodes=["\u00e9", "b", "e\u0301"]),
        errors.RepeatedNodeError,
        ("\u00e9",),
    ),
    "empty": (lambda: FeedforwardDAG([]), errors.EmptyError, ("node",)),
    "empty-nodes": (lambda: FeedforwardDAG([], nodes=[]), errors.EmptyError, ("node",)),
    "empty-mask": (
        lambda: FeedforwardDAG.from_mask(np.ones((0, 0), dtype=bool)),
        errors.DagmixError,
        (),
    ),
    "empty-union": (lambda: FeedforwardDAG.union([]), errors.EmptyError, ()),
    "union-nodes": (
        lambda: FeedforwardDAG.union([LINE, FeedforwardDAG([], nodes="uvx")]),
        errors.HeadsError,
        ("1",),
    ),
    "in-degree": (lambda: LINE.in_degree("xyz"), errors.UnknownNodeError, ("xyz",)),
    "sinks": (lambda: FORKED.unique_sink, errors.SinkError, ("v", "τ")),
    "mask-shape": (
        lambda: FeedforwardDAG.from_mask(np.ones((2, 3), dtype=bool)),
        errors.ShapeError,
        ("(2, 3)",),
    ),
    "mask-dimensions": (
        lambda: FeedforwardDAG.from_mask(np.ones((2, 2, 2), dtype=bool)),
        errors.ShapeError,
        ("(2, 2, 2)",),
    ),
}
SINKS: dict[str, tuple[Callable[[], object], type[DagmixError], tuple[str, ...]]] = {
    "walk-several": (lambda: WalkOperator(FORKED), errors.SinkError, ("v", "τ")),
    "diffusion-several": (lambda: DiffusionOperator(FORKED), errors.SinkError, ("v", "τ")),
    "walk-unknown": (lambda: WalkOperator(LINE, sink="xyz"), errors.UnknownNodeError, ("xyz",)),
    "walk-leaves": (lambda: WalkOperator(LINE, sink="v"), errors.SinkError, ("v",)),
    "mixture-none": (
        lambda: MultiHeadWalk(
            [FeedforwardDAG([("a", "b")], nodes="ab"), FeedforwardDAG([("b", "a")], nodes="ab")]
        ),
        errors.SinkError,
        (),
    ),
    "mixture-several": (lambda: MultiHeadWalk([FORKED, FORKED]), errors.SinkError, ("v", "τ")),
    "weightless-head": (
        lambda: MultiHeadDiffusion([FORKED, LINE], weights=[1, 0]),
        errors.SinkError,
        ("v", "τ"),
    ),
    "matrix-several": (lambda: WalkOperator.from_matrix(np.eye(2)), errors.SinkError, ("0", "1")),
}
WEIGHTS: dict[str, tuple[list[Any], tuple[str, ...]]] = {
    "negative": ([2, -1], ("-1", "1")),
    "negative-float": ([1.5, -0.5], ("-0.5", "1")),
    "sum": ([Fraction(1, 2), Fraction(1, 3)], ("5/6",)),
    "sum-string": (["1/2", "1/3"], ("5/6",)),
    "sum-float": ([0.5, 0.4], ("0.9",)),
    "few": ([1], ("1", "2")),
    "many": ([Fraction(1, 3)] * 3, ("3", "2")),
    "none": ([], ("0", "2")),
    "nan": ([math.nan, 1.0], ("nan",)),
    "infinite": ([math.inf, 0.5], ("inf",)),
    "word": (["half", "1/2"], ("half",)),
    "no-number": ([None, 1], ("None",)),
    "complex": ([1j, 1], ("1j",)),
    "list": ([[1], 0], ("[1]",)),
    "negative-constant": ([B1, -1], ("-1",)),
    "constants-above-one": ([B1, 2], ("2",)),
}
ARRAYS: dict[str, tuple[Any, type[DagmixError], tuple[str, ...]]] = {
    "nan": (changed(2, 1, math.nan), errors.NumberError, ("nan", "2", "1")),
    "infinite": (changed(1, 0, math.inf), errors.NumberError, ("inf", "1", "0")),
    "negative": (changed(2, 0, -0.25), errors.NumberError, ("-0.25", "2", "0")),
    "row-sum": (changed(1, 1, 0.75), errors.StochasticError, ("row 1", "1.25")),
    "row-of-zeros": (changed(0, 0, 0.0), errors.StochasticError, ("row 0",)),
    "object": (ROWS.astype(object), errors.NumberError, ("object",)),
    "strings": (ROWS.astype(str), errors.NumberError, ()),
    "complex": (ROWS.astype(complex), errors.NumberError, ("complex",)),
    "not-square": (ROWS[:2], errors.ShapeError, ("(2, 3)",)),
    "one-dimension": (ROWS[0], errors.ShapeError, ("(3,)",)),
    "three-dimensions": (ROWS[None], errors.ShapeError, ("(1, 3, 3)",)),
    "no-nodes": (np.zeros((0, 0)), errors.DagmixError, ()),
}
ATTENTION: dict[str, tuple[Any, type[DagmixError], tuple[str, ...]]] = {
    "acausal": (
        np.array([ROWS, [[1, 0, 0], [0.5, 0.25, 0.25], [0, 0, 1]]]),
        errors.CausalError,
        ("head 1", "query 1", "key 2", "0.25"),
    ),
    "row-sum": (
        np.array([ROWS, changed(2, 2, 0.75)]),
        errors.StochasticError,
        ("head 1", "row 2", "1.25"),
    ),
    "nan": (np.array([ROWS, changed(2, 0, math.nan)]), errors.NumberError, ("nan", "1", "2", "0")),
    "negative": (np.array([changed(1, 0, -0.5)]), errors.NumberError, ("-0.5", "0", "1")),
    "four-dimensions": (
        np.array([[ROWS, ROWS]]),
        errors.ShapeError,
        ("(1, 2, 3, 3)", "index sample and layer, or use proxies"),
    ),
    "not-square": (np.ones((1, 2, 3)) / 3, errors.ShapeError, ("(1, 2, 3)",)),
    "no-heads": (np.zeros((0, 3, 3)), errors.DagmixError, ()),
    "object": (np.array([ROWS]).astype(object), errors.NumberError, ("object",)),
}
EPSILONS = [0, 1, 0.0, 1.0, -0.25, 2, math.nan, math.inf, "0", "5/4", "a quarter", None]
STEPS = [-1, 1.5, Fraction(1, 2), -3.0]
NO_STEPS = [math.nan, math.inf, "x", None]


@pytest.mark.parametrize(("call", "error", "named"), GRAPHS.values(), ids=GRAPHS.keys())
def test_graph(
    call: Callable[[], object], error: type[DagmixError], named: tuple[str, ...]
) -> None:
    refused(call, error, *named)


@pytest.mark.parametrize(("call", "error", "named"), SINKS.values(), ids=SINKS.keys())
def test_sink(call: Callable[[], object], error: type[DagmixError], named: tuple[str, ...]) -> None:
    refused(call, error, *named)


@pytest.mark.parametrize("kind", [MultiHeadWalk, MultiHeadDiffusion])
@pytest.mark.parametrize(("weights", "named"), WEIGHTS.values(), ids=WEIGHTS.keys())
def test_weights(kind: Any, weights: list[Any], named: tuple[str, ...]) -> None:
    refused(lambda: kind([LINE, OTHER], weights=weights), DagmixError, *named)


@pytest.mark.parametrize("kind", [MultiHeadWalk, MultiHeadDiffusion])
def test_weights_break_the_rule_of_weights(kind: Any) -> None:
    for weights in ([2, -1], ["1/2", "1/3"], [0.5, 0.4], [1], [B1, -1]):
        refused(lambda some=weights: kind([LINE, OTHER], weights=some), errors.WeightError)  # type: ignore[misc]


@pytest.mark.parametrize("kind", [MultiHeadWalk, MultiHeadDiffusion])
def test_heads(kind: Any) -> None:
    renamed = FeedforwardDAG([("u", "x"), ("x", "τ")], nodes="uxτ")
    reordered = FeedforwardDAG([("u", "v"), ("v", "τ")], nodes="vuτ")
    refused(lambda: kind([]), errors.EmptyError, "head")
    refused(lambda: kind([LINE, renamed]), errors.HeadsError, "1")
    refused(lambda: kind([LINE, reordered]), errors.HeadsError, "1")


def test_heads_of_the_other_kind() -> None:
    refused(lambda: MultiHeadWalk([WALK, DIFFUSION]), errors.HeadsError, "1")
    refused(lambda: MultiHeadDiffusion([WALK, DIFFUSION]), errors.HeadsError, "0")


@pytest.mark.parametrize(("array", "error", "named"), ARRAYS.values(), ids=ARRAYS.keys())
def test_diffusion_array(array: Any, error: type[DagmixError], named: tuple[str, ...]) -> None:
    refused(lambda: DiffusionOperator.from_matrix(array, sink=2), error, *named)


def test_walk_array() -> None:
    """Columns, not rows, and places are still [receiver, sender]."""
    refused(lambda: WalkOperator.from_matrix(ROWS), errors.StochasticError, "column 0", "1.75")
    columns = ROWS.T[::-1, ::-1].copy()
    bad = columns.copy()
    bad[2, 0] = math.nan
    refused(lambda: WalkOperator.from_matrix(bad), errors.NumberError, "nan", "2", "0")


def test_array_and_names() -> None:
    refused(lambda: DiffusionOperator.from_matrix(ROWS, nodes="ab"), errors.ShapeError, "2", "3")
    refused(lambda: DiffusionOperator.from_matrix(ROWS, nodes="aba"), errors.RepeatedNodeError, "a")
    refused(
        lambda: DiffusionOperator.from_matrix(ROWS, nodes="abc", sink="xyz"),
        errors.UnknownNodeError,
        "xyz",
    )


def test_tolerance_decides() -> None:
    """|Σ − 1| ≤ tolerance, 1e-5 unless said otherwise."""
    near, far = changed(1, 0, 0.5 + 5e-6), changed(1, 0, 0.5 + 5e-5)
    assert DiffusionOperator.from_matrix(near, sink=2).signal(0, 1) == 0.25
    refused(lambda: DiffusionOperator.from_matrix(far, sink=2), errors.StochasticError, "1")
    loose = DiffusionOperator.from_matrix(far, sink=2, tolerance=1e-3)
    assert sum(loose.matrix[1]) == pytest.approx(1, rel=1e-15)
    refused(
        lambda: DiffusionOperator.from_matrix(near, sink=2, tolerance=1e-7),
        errors.StochasticError,
        "1",
    )


@pytest.mark.parametrize("tolerance", [math.nan, -1.0])
def test_tolerance_is_a_number(tolerance: float) -> None:
    """NaN would let every matrix pass."""
    refused(
        lambda: DiffusionOperator.from_matrix(changed(1, 0, 0.75), sink=2, tolerance=tolerance),
        DagmixError,
        "tolerance",
        str(tolerance)[:2],
    )


@pytest.mark.parametrize(("array", "error", "named"), ATTENTION.values(), ids=ATTENTION.keys())
@pytest.mark.parametrize("kind", [MultiHeadWalk, MultiHeadDiffusion])
def test_attention(kind: Any, array: Any, error: type[DagmixError], named: tuple[str, ...]) -> None:
    refused(lambda: kind.from_attention(array), error, *named)


@pytest.mark.parametrize(
    ("importance", "named"),
    [([1], ("1", "2")), ([1, -2], ("-2", "1")), ([0, 0], ("0",)), ([1, math.nan], ("nan", "1"))],
)
@pytest.mark.parametrize("kind", [MultiHeadWalk, MultiHeadDiffusion])
def test_importance(kind: Any, importance: list[float], named: tuple[str, ...]) -> None:
    heads = np.array([ROWS, ROWS])
    refused(lambda: kind.from_attention(heads, weights=importance), DagmixError, *named)


def test_a_column_of_zeros_has_no_successors() -> None:
    """Key 1 is seen by nobody, not even itself."""
    unseen = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.5, 0.0, 0.5]])
    delta = MultiHeadDiffusion.from_attention([unseen, unseen])
    refused(delta.successors, errors.DagmixError, "1")
    refused(lambda: MultiHeadWalk.from_attention([ROWS, unseen]), errors.DagmixError, "1")


@pytest.mark.parametrize("epsilon", EPSILONS)
def test_epsilon(epsilon: Any) -> None:
    refused(lambda: WALK.mixing_time(epsilon), DagmixError, str(epsilon))


@pytest.mark.parametrize("epsilon", [0, 1, -0.25, 2, "5/4"])
def test_epsilon_breaks_the_rule_of_epsilon(epsilon: Any) -> None:
    refused(lambda: WALK.mixing_time(epsilon), errors.EpsilonError, str(epsilon))


@pytest.mark.parametrize(
    ("step", "error"),
    [*((step, errors.StepError) for step in STEPS), *((step, DagmixError) for step in NO_STEPS)],
)
def test_step(step: Any, error: type[DagmixError]) -> None:
    mix = MultiHeadDiffusion([LINE, OTHER])
    for call in (
        lambda: WALK.distance(step),
        lambda: DIFFUSION.signal("v", step),
        lambda: DIFFUSION.node_fidelity("v", first_step=step),
        lambda: DIFFUSION.minimax_fidelity(first_step=step),
        lambda: mix.best_head(first_step=step),
        lambda: mix.amplification(first_step=step),
    ):
        refused(call, error, repr(step))


def test_unknown_node() -> None:
    refused(lambda: DIFFUSION.signal("xyz", 1), errors.UnknownNodeError, "xyz")
    refused(lambda: DIFFUSION.node_fidelity("xyz"), errors.UnknownNodeError, "xyz")


def test_numbers_wanted_where_there_are_symbols() -> None:
    """The error names the way out, subs."""
    walk = MultiHeadWalk([LINE, OTHER], weights=SYMBOLIC)
    delta = MultiHeadDiffusion([LINE, OTHER], weights=SYMBOLIC)
    for call in (
        walk.mixing_time,
        lambda: delta.node_fidelity("v"),
        delta.minimax_fidelity,
        delta.best_head,
        delta.amplification,
    ):
        refused(call, errors.SymbolicError, "subs")


def test_symbols_with_float_heads() -> None:
    heads = [DIFFUSION, DiffusionOperator.from_matrix(ROWS, nodes="uvτ", sink="τ")]
    refused(lambda: MultiHeadDiffusion(heads, weights=SYMBOLIC), DagmixError)


def test_subs_checks_the_weights() -> None:
    delta = MultiHeadDiffusion([LINE, OTHER], weights=SYMBOLIC)
    refused(lambda: delta.subs({B1: 2, B2: -1}), errors.WeightError, "-1")
    refused(lambda: delta.subs({B1: "1/2", B2: "1/3"}), errors.WeightError, "5/6")


def test_irrational_eigenvalues_have_no_closed_form() -> None:
    """Heads of disagreeing orders: the factor 100 λ² − 120 λ + 41 does not split, and is named."""
    one = FeedforwardDAG([(2, 3), (0, 1), (1, 3)], nodes=range(4))
    other = FeedforwardDAG([(1, 2), (1, 3), (2, 0), (0, 3)], nodes=range(4))
    mix = MultiHeadDiffusion([one, other], weights=["2/5", "3/5"])
    t = sp.Symbol("t", integer=True, nonnegative=True)
    refused(lambda: mix.signal(0, t), errors.NoClosedForm, "41")


def test_zero_over_zero() -> None:
    bare = FeedforwardDAG([("u", "τ")], self_loops=False)
    mix = MultiHeadDiffusion([bare, bare])
    assert math.isnan(mix.amplification(first_step=1))
