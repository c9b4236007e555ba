"""Runs against the other supports, and against brute force: the same relation, the same answers."""

from __future__ import annotations

import pickle
import random
from fractions import Fraction
from itertools import islice, product
from typing import TYPE_CHECKING, Any

import numpy as np
import oracle
import oracle_bounds
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle_fidelity import Signals
from strategies import epsilons
from subjects import as_oracle, graph, mixed_diffusion, mixed_walk
from zoo import Mixture, sampled_dags, sampled_mixtures, unique_sink_dags

from dagmix import (
    DiffusionOperator,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    WalkOperator,
    detection,
    families,
    kernels,
    layers,
    pair_supports,
)
from dagmix.absorption import closed_classes, hits_from, hitting_times
from dagmix.backward import Backward
from dagmix.bounds import backward_mixing
from dagmix.derived import Successors
from dagmix.errors import CycleError, NumberError, ShapeError
from dagmix.given import GraphDiffusion, GraphWalk
from dagmix.layers import layer
from dagmix.mixing import mixing_time
from dagmix.pair_supports import Csr, Dense
from dagmix.run_tables import interval_table, minus, united
from dagmix.runs import Runs
from dagmix.support import Support
from dagmix.window_sums import WindowSums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoo import Edges

QUARTER = Fraction(1, 4)
SMALL = [graphs for n in range(2, 5) for graphs in [(n, unique_sink_dags(n))]]
GRAPHS = [*SMALL, (6, tuple(sampled_dags(6, 12, seed=61)))]


@pytest.fixture
def always_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every graph in the order of its nodes is kept as runs, however small it is."""
    monkeypatch.setattr(detection, "RUNS_FROM", 0)
    monkeypatch.setattr(detection, "PAIRS_A_RUN", 0)


def runs_of(mask: Any, step: int = 1) -> Runs:
    """Keep a mask, mask[i, j] true where j sends to i, as runs of single nodes."""
    receivers, senders = np.nonzero(mask)
    return Runs(len(mask), [layer(len(mask), step, senders, receivers, np.ones_like(senders))])


def mask_of(support: Support) -> Any:
    """Draw the mask of a support from its pairs."""
    mask = np.zeros((support.n, support.n), dtype=bool)
    mask[support.pairs] = True
    return mask


def every_mask(n: int) -> Iterator[Any]:
    """All n × n masks."""
    for bits in product((False, True), repeat=n * n):
        yield np.array(bits).reshape(n, n)


def causal_masks(n: int) -> Iterator[Any]:
    """All masks on and below the diagonal."""
    where = np.tril_indices(n)
    for bits in product((False, True), repeat=len(where[0])):
        mask = np.zeros((n, n), dtype=bool)
        mask[where] = bits
        yield mask


def reached(mask: Any, origins: list[int]) -> Any:
    """Whom paths from the origins lead to, by powers of the mask."""
    seen = np.isin(np.arange(len(mask)), origins)
    for _ in mask:
        seen = seen | (mask & seen).any(axis=1)
    return seen


def check_relation(runs: Runs, mask: Any) -> None:
    """Everything a support says of its pairs."""
    n = len(mask)
    bare = mask & ~np.eye(n, dtype=bool)
    assert (mask_of(runs) == mask).all()
    assert (mask_of(runs.transposed()) == mask.T).all()
    assert (mask_of(runs.proper) == bare).all()
    assert runs.edges == mask.sum()
    assert (runs.out_degree == mask.sum(axis=0)).all()
    assert (runs.in_degree == mask.sum(axis=1)).all()
    assert (runs.has_loop == mask.diagonal()).all()
    assert runs.sinks.tolist() == np.flatnonzero(~bare.any(axis=0)).tolist()
    assert runs.sources.tolist() == np.flatnonzero(~bare.any(axis=1)).tolist()
    x = 2.0 ** np.arange(n)
    assert (runs.gather(x) == x @ mask).all()
    assert (runs.gather(kernels.objects([2**k for k in range(n)])) == x @ mask).all()
    values = mask * (1.0 + np.arange(n * n).reshape(n, n) * 7 % 97)
    numbers = runs.place(values[runs.pairs])
    assert (runs.gather(x, numbers) == x @ values).all()
    flipped = runs.transposed_values(numbers)
    assert (runs.transposed().gather(x, flipped) == values @ x).all()
    dense = Dense(mask)
    assert (runs.order is None) == (dense.order is None)
    if runs.order is not None:
        place = np.argsort(runs.order)
        assert (place[runs.pairs[1]] <= place[runs.pairs[0]]).all()
    for origins in ([], [0], [n - 1], list(range(n))):
        assert (runs.reached(np.array(origins, dtype=int)) == reached(mask, origins)).all()
        assert (runs.reaching(np.array(origins, dtype=int)) == reached(mask.T, origins)).all()
    assert runs.same_as(dense)
    assert dense.same_as(runs)
    assert runs.degrees_hash == dense.degrees_hash
    assert (mask_of(pickle.loads(pickle.dumps(runs))) == mask).all()  # noqa: S301 - our own


@pytest.mark.parametrize("n", [1, 2, 3])
def test_every_small_relation(n: int) -> None:
    for mask in every_mask(n):
        check_relation(runs_of(mask), mask)


@pytest.mark.slow
def test_every_causal_relation_of_four_nodes_and_its_reverse() -> None:
    for mask in causal_masks(4):
        check_relation(runs_of(mask), mask)
        check_relation(runs_of(mask[::-1, ::-1]), mask[::-1, ::-1])


def test_supports_of_different_pairs_differ() -> None:
    one, two = (runs_of(np.eye(3, k=k, dtype=bool)) for k in (0, 1))
    moved = runs_of(np.eye(3, dtype=bool)[[1, 0, 2]])
    assert not one.same_as(two)
    assert not one.same_as(moved)
    assert not one.same_as(Dense(np.eye(3, dtype=bool)[[1, 0, 2]]))
    assert one.same_as(runs_of(np.eye(3, dtype=bool)))


def strided(n: int, draws: list[tuple[int, int, int, int]]) -> tuple[Runs, Any]:
    """Runs (row, start, count, step) and the mask of the same pairs, row by row."""
    rows, starts, stops, steps = (np.array(part, dtype=int) for part in zip(*draws, strict=True))
    mask = np.zeros((n, n), dtype=bool)
    for row, *some in zip(rows, starts, stops, steps, strict=True):
        mask[row, range(*some)] = True
    support = detection.from_runs(n, rows, starts, stops, steps, always=True)
    assert isinstance(support, Runs)
    return support, mask


@given(st.data())
def test_overlapping_runs_of_any_steps(data: st.DataObject) -> None:
    """Layers have no pair in common, whatever common multiples that takes."""
    n = data.draw(st.integers(1, 14))
    row, end = st.integers(0, n - 1), st.integers(0, n)
    draws = data.draw(
        st.lists(st.tuples(row, end, end, st.integers(1, 6)), min_size=1, max_size=12)
    )
    support, mask = strided(n, draws)
    assert support.edges == mask.sum(), "no pair twice"
    check_relation(support, mask)


@pytest.mark.parametrize("steps", [(2, 3), (4, 6), (2, 3, 5), (6, 4, 1), (1, 3, 2), (2, 4, 3)])
def test_common_multiples_of_steps(steps: tuple[int, ...]) -> None:
    """Where two steps meet, runs of the one are cut by the other: seeded, n up to 30."""
    rng = random.Random(4)  # noqa: S311 - reproducible, not secret
    for n in (7, 13, 30):
        draws = []
        for _ in range(8):
            row, start = rng.randrange(3), rng.randrange(n)
            draws += [(row, start, rng.randint(start, n), step) for step in steps]
        support, mask = strided(n, draws)
        assert support.edges == mask.sum(), "no pair twice"
        check_relation(support, mask)


def test_a_support_says_what_it_is_made_of() -> None:
    assert repr(runs_of(np.eye(3, dtype=bool))) == "<Runs: 3 nodes, 3 pairs in 3 ranges>"


def test_a_sparse_head_beside_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is a list of pairs, a window is runs; their mixture is answered over both."""

    def times() -> Any:
        heads = [families.line(600), families.sliding_window(600, 40)]
        walk = MultiHeadWalk(heads, weights=["1/3", "2/3"])
        assert heads[0].support.kind == "sparse"
        assert isinstance(walk.support, Runs) == (detection.RUNS_FROM < 600)
        return walk.expected_hitting_times().tolist()

    found = times()
    monkeypatch.setattr(detection, "RUNS_FROM", 10**6)
    assert found == times()


@given(st.data())
def test_tables_unite_and_subtract(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 9))
    runs = st.lists(st.tuples(*(st.integers(0, n - 1),) * 3), max_size=10)

    def drawn() -> tuple[Any, set[tuple[int, int]]]:
        found = data.draw(runs)
        rows, starts, stops = (np.array([run[k] for run in found], dtype=int) for k in range(3))
        return interval_table(n, rows, starts, stops), {
            (r, p) for r, a, b in found for p in range(a, b)
        }

    def listed(one: Any) -> set[tuple[int, int]]:
        rows, places = one.expanded()
        assert len(rows) == len({*zip(rows.tolist(), places.tolist(), strict=True)})
        return {*zip(rows.tolist(), places.tolist(), strict=True)}

    (one, first), (two, second) = drawn(), drawn()
    assert listed(one) == first
    assert listed(united([one, two])) == first | second
    assert listed(minus(one, two)) == first - second
    assert listed(one.transposed()) == {(p, r) for r, p in first}
    assert listed(one.mirrored()) == {(n - 1 - r, n - 1 - p) for r, p in first}


@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_every_window_is_summed(n: int) -> None:
    """Powers of two make every sum of distinct places exact and different from all others."""
    runs = [(a, b) for a in range(n) for b in range(a + 1, n + 1)]
    x = 2.0 ** np.arange(n)
    for some in (runs, runs[::3], [(a, min(a + 3, n)) for a in range(n)], [(0, n)] * 20):
        starts, stops = (np.array(part) for part in zip(*some, strict=True))
        expected = [x[a:b].sum() for a, b in some]
        for alone in (0, 8):
            sums = WindowSums(n, starts, stops, one_by_one=alone)
            assert sums(x).tolist() == expected
            assert len(sums.alone) <= alone


def test_small_numbers_next_to_large_ones_keep_their_accuracy() -> None:
    """One running sum and its differences would lose all of them."""
    x = np.where(np.arange(64) % 16 == 0, 1.0, 1e-200)
    starts = np.arange(60)
    sums = WindowSums(64, starts, starts + 4)(x)
    expected = np.array([x[a : a + 4].sum() for a in starts])
    assert np.allclose(sums, expected, rtol=1e-15, atol=0)
    assert sums.min() < 1e-199


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize(("n", "graphs"), GRAPHS, ids=lambda part: str(part)[:4])
@pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])
def test_walks_on_runs_against_the_oracle(
    n: int, graphs: tuple[Edges, ...], *, loops: bool
) -> None:
    """Mixing times at every tie, distances, hitting times and chances to leave."""
    for edges in graphs:
        walk, W = (
            WalkOperator(graph(n, edges, loops=loops)),
            oracle.walk_matrix(n, edges, loops=loops),
        )
        assert isinstance(walk.support, Runs)
        d = list(islice(oracle.distances(W, n - 1), 9))
        assert [walk.distance(t) for t in range(9)] == d
        for epsilon in {value for value in d if 0 < value < 1} | {QUARTER}:
            assert walk.mixing_time(epsilon) == oracle.mixing_time(W, n - 1, epsilon)
        expected = oracle.hitting_times(W, n - 1)
        assert walk.expected_hitting_times().tolist() == expected
        floats = hitting_times(walk.transition.floats.kernel, n - 1)
        assert np.allclose(floats, np.array(expected, dtype=float), rtol=1e-14, atol=0)
        assert walk.forward_probability() == min(1 - W[j][j] for j in range(n - 1))


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize(("n", "graphs"), GRAPHS, ids=lambda part: str(part)[:4])
@pytest.mark.parametrize("loops", [True, False], ids=["loops", "bare"])
def test_diffusions_on_runs_against_the_oracle(
    n: int, graphs: tuple[Edges, ...], *, loops: bool
) -> None:
    """Signals, every node's fidelity with its times, the minimax and all its nodes."""
    for edges in graphs:
        delta = oracle.diffusion_matrix(n, edges, loops=loops)
        diffusion = DiffusionOperator(graph(n, edges, loops=loops))
        assert isinstance(diffusion.support, Runs)
        signals = Signals(delta, n - 1)
        assert diffusion.signals(6).tolist() == [signals.row(t) for t in range(7)]
        for first in (0, 1):
            for j in range(n):
                assert as_oracle(diffusion.node_fidelity(j, first)) == signals.fidelity(j, first)
            found = diffusion.minimax_fidelity(first)
            assert (found.value, found.nodes) == signals.minimax(first)


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize(("n", "graphs"), GRAPHS, ids=lambda part: str(part)[:4])
def test_backward_chains_on_runs_against_the_oracle(n: int, graphs: tuple[Edges, ...]) -> None:
    for edges in graphs:
        diffusion, delta = DiffusionOperator(graph(n, edges)), oracle.diffusion_matrix(n, edges)
        chances = hits_from(Backward(diffusion.transition).rationals, n - 1)
        assert chances.tolist() == [oracle_bounds.hits(delta, n - 1, j) for j in range(n)]
        if len(diffusion.support.sources) == 1:
            (source,) = diffusion.support.sources.tolist()
            backward = oracle.transpose(delta)
            chain = backward_mixing(diffusion)
            assert chain.time == oracle.mixing_time(backward, source, QUARTER)
            spread = Fraction(n, n - 1)
            assert chain.hitting == spread * oracle.hitting_times(backward, source)[n - 1]


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize("common", [True, False], ids=["common order", "any order"])
def test_mixtures_are_stepped_head_by_head(*, common: bool) -> None:
    """The oracle's answers; heads that are not in node order come as lists beside the runs."""
    seen = 0
    for mix in sampled_mixtures(seed=7, count=40, common=common):
        walk, diffusion = mixed_walk(mix), mixed_diffusion(mix)
        seen += isinstance(walk.support, Runs)
        check_mixture(mix, walk, diffusion)
    assert seen >= 10


def test_a_mixture_of_mixtures_is_the_mixture_of_their_heads() -> None:
    heads = [families.sliding_window(90, 40), families.complete(90)]
    inner = MultiHeadWalk(heads)
    nested = MultiHeadWalk([inner, heads[0]])
    flat = MultiHeadWalk(heads, weights=["3/4", "1/4"])
    assert isinstance(nested.support, Runs)
    times = flat.expected_hitting_times()
    assert nested.expected_hitting_times().tolist() == times.tolist()
    nested_walk = MultiHeadDiffusion([MultiHeadDiffusion(heads), heads[0]]).successors()
    flat_walk = MultiHeadDiffusion(heads, weights=["3/4", "1/4"]).successors()
    assert nested_walk.exact == flat_walk.exact


def check_mixture(mix: Mixture, walk: MultiHeadWalk, diffusion: MultiHeadDiffusion) -> None:
    n, W, delta = mix.n, mix.walk(), mix.diffusion()
    assert walk.exact.tolist() == W
    assert walk.mixing_time() == oracle.mixing_time(W, n - 1, QUARTER)
    assert walk.expected_hitting_times().tolist() == oracle.hitting_times(W, n - 1)
    assert walk.forward_probability() == min(1 - W[j][j] for j in range(n - 1))
    signals = Signals(delta, n - 1)
    assert diffusion.signals(5).tolist() == [signals.row(t) for t in range(6)]
    found = diffusion.minimax_fidelity()
    assert (found.value, found.nodes) == signals.minimax()
    assert np.allclose(diffusion.transition.floats.kernel.dense(), np.array(delta, dtype=float))
    assert (closed_classes(diffusion.support.transposed()) >= 0).sum() >= 1


@pytest.mark.usefixtures("always_runs")
@pytest.mark.parametrize("common", [True, False], ids=["common order", "any order"])
def test_successors_divide_every_column(*, common: bool) -> None:
    for mix in sampled_mixtures(seed=8, count=25, common=common):
        walk, delta = mixed_diffusion(mix).successors(), mix.diffusion()
        sums = [sum(row[j] for row in delta) or 1 for j in range(mix.n)]
        expected = [[row[j] / sums[j] for j in range(mix.n)] for row in delta]
        for j in range(mix.n):
            if not any(row[j] for row in delta):
                expected[j][j] = Fraction(1)
        assert walk.exact.tolist() == expected
        assert isinstance(walk.transition, Successors)
        floats = walk.transition.floats
        exact = np.array(expected, dtype=float)
        assert np.allclose(floats.kernel.dense(), exact, rtol=floats.units * 2.0**-53, atol=0)


@pytest.mark.usefixtures("always_runs")
def test_operators_on_runs_compare_by_content() -> None:
    line, window = families.line(6), families.sliding_window(6, 2)
    assert MultiHeadWalk([line, window]) == MultiHeadWalk([line, window])
    assert MultiHeadWalk([line, window]) != MultiHeadWalk([window, line])
    assert WalkOperator(line) != WalkOperator(window)
    assert hash(WalkOperator(line)) == hash(WalkOperator(FeedforwardDAG(line.edges)))
    mix = MultiHeadWalk([line, window])
    assert pickle.loads(pickle.dumps(mix)) == mix  # noqa: S301 - our own


def auto_graphs() -> list[FeedforwardDAG]:
    """Graphs that are kept as runs by themselves."""
    n = 700
    window = families.sliding_window(n, 40)
    dilation = families.dilated(n, 16, 8)
    return [
        families.complete(n),
        window,
        families.sink_window(n, 4, 40),
        dilation,
        FeedforwardDAG.union([window, dilation, families.sink_window(n, 2, 20)]),
        FeedforwardDAG.from_mask(window.support.dense(np.ones(window.support.edges))).reversed(),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("graph_", auto_graphs(), ids=repr)
def test_a_graph_is_the_same_on_every_support(
    graph_: FeedforwardDAG, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs are found among the edges, in any order, and give the answers of the matrix."""
    assert isinstance(graph_.support, Runs)
    ends = np.array(graph_.edges)
    rng = np.random.default_rng(3)
    again = FeedforwardDAG(rng.permutation(ends), nodes=range(700), self_loops=None)
    assert isinstance(again.support, Runs)
    assert again.support.count < graph_.support.count + 32, "the runs that made it, nearly"
    assert again == graph_
    assert hash(again) == hash(graph_)
    monkeypatch.setattr(detection, "RUNS_FROM", 10**6)
    other = FeedforwardDAG(ends, nodes=range(700), self_loops=None)
    assert not isinstance(other.support, Runs)
    assert other == graph_
    assert hash(other) == hash(graph_)
    same_answers(graph_, other)


def same_answers(one: FeedforwardDAG, other: FeedforwardDAG) -> None:
    walk, walk_too = WalkOperator(one), WalkOperator(other)
    assert walk.mixing_time() == walk_too.mixing_time()
    assert walk.distance(3) == walk_too.distance(3)
    assert walk.expected_hitting_times().tolist() == walk_too.expected_hitting_times().tolist()
    diffusion, diffusion_too = DiffusionOperator(one), DiffusionOperator(other)
    assert diffusion.minimax_fidelity() == diffusion_too.minimax_fidelity()
    assert diffusion.signal(5, 4) == diffusion_too.signal(5, 4)
    found, found_too = diffusion.node_fidelity(9), diffusion_too.node_fidelity(9)
    # Runs reach exact answers where the work of n² pairs leaves an enclosure.
    assert found.exact
    assert found_too.lower <= found.value <= found_too.upper
    assert found == found_too or not found_too.exact


def test_what_is_not_made_of_runs_is_kept_as_before() -> None:
    random_edges = random.Random(5)  # noqa: S311 - reproducible, not secret
    edges = [(j, random_edges.randrange(j + 1, 1000)) for j in range(999) for _ in range(9)]
    assert FeedforwardDAG(edges, nodes=range(1000)).support.kind == "sparse"
    assert families.line(1000).support.kind == "sparse"
    assert families.sliding_window(1000, 7).support.kind == "sparse", "fewer than 8 pairs a run"
    assert families.sliding_window(1000, 8).support.kind == "1 range a row"
    assert families.complete(64).support.kind == "dense"
    assert families.complete(1000).support.kind == "1 range a row"
    sparse = families.line(1000)
    assert FeedforwardDAG.union([sparse, families.complete(1000)]) == families.complete(1000)
    assert FeedforwardDAG.union([sparse, sparse]) == sparse


def test_runs_that_are_refused() -> None:
    rows = np.arange(4)
    for starts, stops, steps in ([-1, 2, 1], [0, 5, 1], [0, 2, 0]):
        with pytest.raises(NumberError, match="runs lie within the rows 0 to 3"):
            FeedforwardDAG.from_runs(rows, starts, stops, steps)
    with pytest.raises(NumberError, match="starts of runs are integers"):
        FeedforwardDAG.from_runs(rows, rows / 2, 4)
    with pytest.raises(ShapeError, match="1-D arrays"):
        FeedforwardDAG.from_runs(rows, rows[:3], 4)
    with pytest.raises(ShapeError, match="1-D arrays"):
        FeedforwardDAG.from_runs(rows[:, None], 0, 4)
    with pytest.raises(CycleError):
        FeedforwardDAG.from_runs(np.arange(8), 0, 8)


def test_walks_of_a_graph_without_loops_at_its_sink() -> None:
    """Def 2.3: the last node, which sends to nobody, stays; so does a first one that hears none."""
    rows = np.arange(1, 900)
    bare = FeedforwardDAG.from_runs(rows, np.maximum(rows - 30, 0), rows, nodes=range(900))
    assert isinstance(bare.support, Runs)
    assert not bare.self_loops
    assert GraphWalk(bare.support).support.has_loop.sum() == 1
    assert GraphDiffusion(bare.support).support.has_loop.tolist()[0]
    window = families.sliding_window(900, 30)
    assert WalkOperator(bare).mixing_time() < WalkOperator(window).mixing_time()


@given(epsilons)
def test_the_threshold_does_not_mind_the_support(epsilon: Fraction) -> None:
    n = 600
    graph_ = families.sliding_window(n, 300)
    dense = GraphWalk(Dense(mask_of(graph_.support)))
    assert WalkOperator(graph_).mixing_time(epsilon) == mixing_time(dense, n - 1, epsilon)


# --- steps beyond the graph, coprime dilations, masks that are not causal ---


@pytest.mark.parametrize("step", [5, 10**8, 2**55, 2**60, 2**62, 2**63 - 1])
def test_a_run_of_one_node_may_have_any_step(step: int) -> None:
    runs = [4, 1, 3, 0, 2], [3, 0, 2, 0, 1], [5, 2, 4, 1, 3]
    expected = ((0, 0), (0, 1), (1, 2), (2, 3), (3, 4))
    assert FeedforwardDAG.from_runs(*runs, step).edges == expected
    long = np.arange(100)
    heard = FeedforwardDAG.from_runs(long, long * 0, long + 1, max(step, 100))
    assert heard.edges == tuple((0, i) for i in range(100))


def test_a_dilation_beyond_the_graph_leaves_the_repair() -> None:
    assert families.dilated(4, 2, 10**30) == families.dilated(4, 2, 4)
    assert families.dilated(4, 2, 10**30).in_degree(3) == 4


@pytest.mark.parametrize("parts", [(np.uint64(2**64 - 1),), (10, np.uint64(2**63))])
def test_numbers_of_runs_do_not_wrap_around(parts: tuple[Any, ...]) -> None:
    with pytest.raises(NumberError, match="of runs are integers below 2\\^63; got dtype uint64"):
        FeedforwardDAG.from_runs(np.arange(4), 0, *parts)


def test_no_runs_are_a_graph_without_edges() -> None:
    assert FeedforwardDAG.from_runs([], [], [], nodes="ab").edges == ()


def test_a_large_graph_without_edges_is_a_list() -> None:
    alone = FeedforwardDAG([], nodes=range(1000), self_loops=False)
    assert repr(alone) == "<FeedforwardDAG: 1000 nodes, 0 edges, sparse>"


@pytest.mark.parametrize("steps", [(7, 11, 13), (2, 3, 6), (5, 40), (40, 39, 38), (1, 7, 41)])
def test_unions_of_dilations(steps: tuple[int, ...]) -> None:
    """Whatever the common multiple of the steps: as layers of runs, beside sets of edges."""
    n, width = 42, 9
    heads = [families.dilated(n, width, step) for step in steps]
    by_pairs = {edge for head in heads for edge in head.edges}
    united = Runs.of([runs_of_layers(head, step) for head, step in zip(heads, steps, strict=True)])
    assert set(zip(*(part.tolist() for part in united.pairs[::-1]), strict=True)) == by_pairs
    assert united.edges == len(by_pairs)
    assert max(part.table.size for part in united.layers) <= 3 * n
    assert set(FeedforwardDAG.union(heads).edges) == by_pairs
    x = np.random.default_rng(0).random(n)
    mask = mask_of(united)
    assert np.allclose(united.gather(x), x @ mask)


def runs_of_layers(head: FeedforwardDAG, step: int) -> Runs:
    """Keep a dilated head as runs of its step, and of step 1 for the repair."""
    receivers, senders = head.support.pairs
    far = receivers - senders
    parts = [
        layer(head.support.n, s, senders[own], receivers[own], np.ones_like(senders[own]))
        for s, own in ((step, far % step == 0), (1, far % step != 0))
    ]
    return Runs(head.support.n, parts)


def test_a_union_in_too_many_runs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "LARGEST_UNION", 1000)
    heads = [families.dilated(500, 40, step) for step in (7, 11)]
    with pytest.raises(ShapeError, match=r"ranges of step .* among 500 nodes, united with others"):
        FeedforwardDAG.union(heads)


def test_the_cycle_of_a_mask_that_is_not_causal_is_named() -> None:
    with pytest.raises(CycleError, match="the cycle 0 → 1 → 0"):
        FeedforwardDAG.from_runs(np.arange(300), 0, 300)
    with pytest.raises(CycleError, match="the cycle b → c → d → b"):
        FeedforwardDAG([("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e")])


# --- what compiled code is handed -----------------------------------------------------------------


LINE = np.eye(20, k=-1, dtype=bool)  # mask[i, j]: j sends to i
CONTIGUOUS = {
    "matrix": pair_supports.from_mask(np.tri(20, dtype=bool)),
    "small matrix": pair_supports.from_mask(np.tri(3, dtype=bool).T),
    "list from a mask": pair_supports.from_mask(LINE),
    "list from a strided mask": pair_supports.from_mask(LINE[::-1, ::-1]),
    "list of strided pairs": Csr(20, *np.nonzero(LINE.T)[::-1]),
    "strided pairs": pair_supports.from_pairs(20, *np.argwhere(LINE).T),
    "ranges": Runs.of([pair_supports.from_mask(LINE)]),
    "graph": families.line(20).support,
    "graph of a mask": FeedforwardDAG.from_mask(np.tri(20, dtype=bool)).support,
}


@pytest.mark.parametrize("support", CONTIGUOUS.values(), ids=CONTIGUOUS.keys())
def test_pairs_are_contiguous(support: Support) -> None:
    """Some releases of SciPy refuse views, and some refuse wide indices, where others copy."""
    for one in (support, support.transposed(), support.with_loops(np.ones(support.n, dtype=bool))):
        assert all(rows.flags.c_contiguous and rows.dtype == np.intp for rows in one.pairs)
        matrix = one.adjacency
        assert {matrix.indices.dtype, matrix.indptr.dtype} == {np.dtype(np.int32)}
        rows, columns = np.nonzero(matrix.toarray())
        assert set(zip(*one.pairs, strict=True)) == set(zip(columns, rows, strict=True))
