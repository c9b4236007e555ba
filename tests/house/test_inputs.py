"""What users bring as numbers, matrices and masks, and what it is read as."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import networkx as nx
import numpy as np
import pytest
import sympy as sp
from scipy.sparse import csr_array

from dagmix import DiffusionOperator, FeedforwardDAG, MultiHeadDiffusion, WalkOperator, families
from dagmix.errors import (
    EpsilonError,
    HeadsError,
    NumberError,
    ShapeError,
    SinkError,
    StepError,
    StochasticError,
    SymbolicError,
    UndecidedError,
    UnknownNodeError,
    WeightError,
)
from dagmix.scalars import Field, read_epsilon, read_scalar, read_steps

HALF = Fraction(1, 2)


class Tensor:
    """Something with `__array__`, as torch and pandas have it, and no NumPy array."""

    def __init__(self, rows: list[list[float]]) -> None:
        self.rows = rows

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        return np.array(self.rows, dtype=dtype)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, Fraction(3)),
        ("0.1", Fraction(1, 10)),
        (sp.Rational(2, 7), Fraction(2, 7)),
        (np.int64(2), Fraction(2)),
        (np.float32(0.5), 0.5),
        (sp.Float("0.25"), 0.25),
    ],
)
def test_scalars(value: Any, expected: Fraction | float) -> None:
    """Exact stays exact, a float stays a float."""
    read = read_scalar(value, "x")
    assert read == expected
    assert type(read) is type(expected)


@pytest.mark.parametrize(
    "value", ["x", "1/0", sp.zoo, sp.log(-1), np.inf, sp.oo, sp.I, None, sp.true, sp.Float("nan")]
)
def test_no_scalars(value: Any) -> None:
    with pytest.raises(NumberError, match="x must be"):
        read_scalar(value, "x")


def test_symbols_and_roots_are_symbolic() -> None:
    beta = sp.Symbol("beta")
    assert read_scalar(beta, "x") == beta
    assert read_scalar(sp.sqrt(2) / 2, "x") == sp.sqrt(2) / 2


@pytest.mark.parametrize("value", [sp.Symbol("e"), "one", None, 0, 1, -HALF, np.nan])
def test_no_thresholds(value: Any) -> None:
    with pytest.raises(EpsilonError, match="strictly between 0 and 1"):
        read_epsilon(value)


def test_steps_of_every_integer_type() -> None:
    assert [read_steps(t) for t in (3, 3.0, "3", sp.Integer(3), np.int8(3))] == [3] * 5


@pytest.mark.parametrize(
    ("matrix", "field"),
    [
        (np.array([[1, 0], [0, 1]]), Field.FLOAT),
        (Tensor([[1.0, 0.0], [0.5, 0.5]]), Field.FLOAT),
        ([[1, 0], [0.5, 0.5]], Field.FLOAT),
        ([["1", 0], ["1/2", HALF]], Field.RATIONAL),
        (sp.Matrix([[1, 0], [sp.Rational(1, 3), sp.Rational(2, 3)]]), Field.RATIONAL),
        (sp.Matrix([[1, 0], [sp.Symbol("a"), 1 - sp.Symbol("a")]]), Field.SYMBOLIC),
    ],
)
def test_matrices(matrix: Any, field: Field) -> None:
    diffusion = DiffusionOperator.from_matrix(matrix, sink=1)
    assert diffusion.field is field
    assert diffusion.exact.shape == (2, 2)


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (5, ShapeError, "got int"),
        ([[1, 0], [1]], ShapeError, r"lengths \[1, 2\]"),
        ([[1, 0, 0], [0, 1, 0]], ShapeError, r"\(2, 3\)"),
        ([["1/2", "1/3"], [0, 1]], StochasticError, "row 0 sums to 5/6"),
        ([["3/2", "-1/2"], [0, 1]], NumberError, r"\[0, 1\] is -1/2"),
        (sp.Matrix([[1, 0], [sp.Symbol("a"), sp.Symbol("a")]]), StochasticError, r"2\*a"),
        ([[1, 0], ["x", 1]], NumberError, r"entry \[1, 0\]"),
    ],
)
def test_no_matrices(matrix: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        DiffusionOperator.from_matrix(matrix, sink=1)


def test_a_symbolic_operator_from_a_matrix() -> None:
    """Its signals are expressions; numbers come with subs; other answers ask for them."""
    a = sp.Symbol("a")
    diffusion = DiffusionOperator.from_matrix(sp.Matrix([[1, 0], [a, 1 - a]]))
    assert sp.expand(diffusion.signal(0, 2) - (2 * a - a**2)) == 0
    assert diffusion.subs({a: "1/3"}).signal(0, 1) == Fraction(1, 3)
    assert diffusion.subs({a: "1/3"}).subs({a: "1/2"}).signal(0, 1) == Fraction(1, 3)
    with pytest.raises(SymbolicError, match=r"a: use \.subs"):
        diffusion.node_fidelity(0)
    with pytest.raises(SymbolicError, match="rational weights"):
        diffusion.signal(0, sp.Symbol("t"))
    mixture = MultiHeadDiffusion([diffusion, diffusion])
    assert mixture.subs({a: HALF}).minimax_fidelity().value == 1
    assert diffusion == DiffusionOperator.from_matrix(sp.Matrix([[1, 0], [a, 1 - a]]))


def test_closed_forms_have_a_largest_size() -> None:
    with pytest.raises(NumberError, match="up to 64 nodes, not 65"):
        DiffusionOperator(families.line(65)).signal(0, sp.Symbol("t"))


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ([sp.Symbol("a"), 0.5], SymbolicError, "floats"),
        ([sp.Symbol("a", negative=True), 1], WeightError, "weight 0 is a"),
        ([sp.Symbol("a"), sp.Rational(3, 2) - sp.Symbol("a")], WeightError, "cannot"),
        ([sp.Symbol("a"), 2], WeightError, "cannot"),
        ([sp.sqrt(2), 1 - sp.sqrt(2)], WeightError, "weight 1"),
    ],
)
def test_weights_with_symbols(weights: list[Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        MultiHeadDiffusion([families.line(3)] * 2, weights)


def test_irrational_constants_are_named_as_such() -> None:
    root = sp.sqrt(2) / 2
    mixture = MultiHeadDiffusion([families.line(3)] * 2, [root, 1 - root])
    assert sp.simplify(mixture.signal(1, 1) - HALF) == 0
    with pytest.raises(SymbolicError, match="irrational"):
        mixture.minimax_fidelity()


def test_what_is_no_graph() -> None:
    one_head: Any = families.line(3)
    yes: Any = True
    unhashable: Any = [(["a"], "b")]
    nothing: Any = None
    for call, error in (
        (lambda: FeedforwardDAG(nothing), ShapeError),
        (lambda: FeedforwardDAG(unhashable), UnknownNodeError),
        (lambda: FeedforwardDAG([one_head]), ShapeError),
        (lambda: FeedforwardDAG.from_networkx(nx.Graph([(1, 0)])), ShapeError),
        (lambda: MultiHeadDiffusion(one_head), HeadsError),
        (lambda: DiffusionOperator(families.line(3)).signal(0, yes), StepError),
    ):
        with pytest.raises(error):
            call()


def test_sparse_matrices() -> None:
    dense = DiffusionOperator(families.line(4)).matrix
    assert DiffusionOperator.from_matrix(csr_array(dense)) == DiffusionOperator.from_matrix(dense)


def test_symbols_refuse_float_heads() -> None:
    floats = DiffusionOperator.from_matrix(DiffusionOperator(families.line(3)).matrix)
    with pytest.raises(SymbolicError, match="float array"):
        MultiHeadDiffusion([floats, floats], sp.symbols("a b"))


def test_masks_with_labels() -> None:
    graph = FeedforwardDAG.from_mask(np.tri(2), nodes="ab")
    assert graph.edges == (("a", "a"), ("a", "b"), ("b", "b"))
    for mask, error in ((np.ones(3), ShapeError), (np.full((2, 2), 0.5), NumberError)):
        with pytest.raises(error, match="a mask"):
            FeedforwardDAG.from_mask(mask)
    with pytest.raises(ShapeError, match="1 nodes for a mask"):
        FeedforwardDAG.from_mask(np.tri(2), nodes="a")


@pytest.mark.parametrize("make", [families.line, families.complete, families.express_pair])
def test_families_need_a_size(make: Any) -> None:
    for n in (0, 1.5):
        with pytest.raises(NumberError, match="n is an integer"):
            make(n)


def test_dense_forms_that_do_not_fit_are_refused() -> None:
    n = 20_000
    graph = FeedforwardDAG([(i, i + 1) for i in range(n - 1)])
    walk = WalkOperator(graph)
    assert walk.distance(1) == 1
    with pytest.raises(ShapeError, match="400000000 entries"):
        _ = walk.matrix


def test_long_lists_are_cut_short() -> None:
    with pytest.raises(ValueError, match=r"0, 1, 2, …, 19 \(20 in all\)"):
        families.line(20).in_degree("x")


def test_attention_that_is_no_array_of_numbers() -> None:
    with pytest.raises(NumberError, match="no plain numbers"):
        MultiHeadDiffusion.from_attention(np.array([[[None]]]))


def test_two_classes_of_operators_are_never_equal() -> None:
    graph = families.line(3)
    assert WalkOperator(graph) != DiffusionOperator(graph)
    assert DiffusionOperator(graph) != MultiHeadDiffusion([graph])
    assert MultiHeadDiffusion([graph]) != graph
    assert MultiHeadDiffusion([graph]) != MultiHeadDiffusion([graph, graph])
    assert DiffusionOperator(graph) != DiffusionOperator(families.complete(3))
    other = FeedforwardDAG([(0, 2), (1, 2)])
    assert DiffusionOperator(graph) != DiffusionOperator(FeedforwardDAG(other.edges, range(3)))
    floats = DiffusionOperator.from_matrix(DiffusionOperator(graph).matrix)
    assert floats != DiffusionOperator(graph)
    assert graph != "graph"


def test_frozen() -> None:
    graph = families.line(3)
    for value in (graph, WalkOperator(graph), MultiHeadDiffusion([graph])):
        with pytest.raises(AttributeError, match="frozen"):
            value.nodes = ()  # type: ignore[assignment]
        with pytest.raises(AttributeError, match="frozen"):
            del value.nodes
    with pytest.raises(ValueError, match="read-only"):
        WalkOperator(graph).matrix[0, 0] = 2


def test_what_notebooks_show() -> None:
    """Bounded in size, and escaped."""
    small, large = families.line(3), families.line(50)
    assert WalkOperator(small)._repr_latex_().startswith(r"$\left[\begin{matrix}")
    assert "50 nodes" in WalkOperator(large)._repr_latex_()
    tags = FeedforwardDAG([("<b>", "c")])
    assert "&lt;b&gt;" in tags._repr_html_()
    assert "&lt;b&gt;" in WalkOperator(tags)._repr_html_()
    assert len(repr(WalkOperator(large))) < 100
    floats = DiffusionOperator.from_matrix(np.eye(1))
    assert (
        repr(floats) == "DiffusionOperator.from_matrix(<float64 array of shape (1, 1)>, nodes=(0,))"
    )
    assert repr(floats.successors()).endswith(".successors()")
    many = MultiHeadDiffusion([small] * 20)
    assert repr(many) == "MultiHeadDiffusion(<tuple>)"


def test_a_graph_without_edges_between_nodes() -> None:
    """Isolated nodes without loops: every node is a sink and a source."""
    graph = FeedforwardDAG([], nodes=range(20), self_loops=False)
    assert len(graph.sinks) == len(graph.sources) == 20
    assert repr(graph) == "<FeedforwardDAG: 20 nodes, 0 edges, sparse>"
    walk = WalkOperator(graph, sink=3)
    assert walk.mixing_time() == np.inf
    assert walk.distance(5) == 1
    assert DiffusionOperator(graph, sink=3).signals(2)[2].tolist() == [
        int(j == 3) for j in range(20)
    ]


def test_float_walks_that_miss_the_sink_have_no_stationary_distribution() -> None:
    walk = WalkOperator.from_matrix(np.eye(2), nodes="ab", sink="b")
    with pytest.raises(SinkError, match="'b' is missed by 'a'"):
        walk.stationary_distribution()
    line = WalkOperator.from_matrix(WalkOperator(families.line(2)).matrix)
    assert line.stationary_distribution().tolist() == [0.0, 1.0]
    assert line.forward_probability() == 0.5


def test_signals_that_are_exactly_zero_need_no_long_way() -> None:
    """A float zero is told from an underflow by the walks there are."""
    matrix = DiffusionOperator(families.line(4)).matrix
    diffusion = DiffusionOperator.from_matrix(matrix)
    assert [diffusion.signal(0, t) for t in range(4)] == [0, 0, 0, 0.125]
    assert DiffusionOperator.from_matrix(np.eye(2), sink=1).signal(0, 10**9) == 0


def test_an_exact_signal_out_of_reach() -> None:
    with pytest.raises(UndecidedError, match="numbers of"):
        DiffusionOperator(families.line(3)).signal(0, 10**9)
