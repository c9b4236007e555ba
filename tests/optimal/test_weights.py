"""Optimal weights: laws, agreement of the two methods, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from cases.attention_samples import attention
from cases.pairs_of_heads import EXAMPLE_8, EXAMPLE_13, all_pairs, heads
from hypothesis import given, settings
from hypothesis import strategies as st

from dagmix import (
    DagmixError,
    FeedforwardDAG,
    MultiHeadDiffusion,
    MultiHeadWalk,
    Work,
    families,
    optimal,
)
from dagmix._engine.exact.algebraic import enclosure
from dagmix._util.budget import Meter
from dagmix.errors import (
    HeadsError,
    NumberError,
    ObjectiveError,
    SymbolicError,
    UndecidedError,
    WeightError,
)
from dagmix.optimal import Algebraic, OptimalWeights
from dagmix.optimal.ascent import FidelityAscent
from dagmix.optimal.objectives import FidelityObjective, both_weights

optimal_weights: Any = optimal.optimal_weights  # its answers are unions, which tests know apart
THREE = [*heads(EXAMPLE_13), FeedforwardDAG([(0, 2), (1, 2), (2, 3)], nodes=range(4))]
ALPHA = sp.Symbol("alpha", positive=True)


def operators(tensor: Any, objective: str) -> tuple[Any, ...]:
    kind = MultiHeadDiffusion if objective == "fidelity" else MultiHeadWalk
    return tuple(kind.from_attention(tensor).heads)


def objective_at(found: Any, heads: Sequence[Any], weights: Any) -> tuple[Any, Any]:
    """Bounds of the objective at weights, by the mixture alone."""
    if found.objective == "fidelity":
        least = MultiHeadDiffusion(heads, weights, sink=3).minimax_fidelity()
        return least.lower, least.upper
    steps = MultiHeadWalk(heads, weights, sink=3).mixing_time()
    return steps, steps


# --- laws ----------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(["fidelity", "mixing"]),
    st.integers(2, 3),
    st.integers(0, 10**6),
    st.lists(st.integers(0, 5), min_size=3, max_size=3).filter(lambda parts: all(parts[:2])),
)
def test_no_worse_than_uniform_single_heads_or_the_start(
    objective: Any, count: int, seed: int, parts: list[int]
) -> None:
    given_heads = operators(attention(count, 4, seed), objective)
    start = [Fraction(part, sum(parts[:count])) for part in parts[:count]]
    found = optimal_weights(given_heads, objective, start=start, restarts=1)
    unit = np.eye(count).astype(int).tolist()
    for weights in ([Fraction(1, count)] * count, start, *unit):
        lower, upper = objective_at(found, given_heads, weights)
        assert found.upper >= lower if objective == "fidelity" else found.upper <= upper
        assert found.lower >= lower if objective == "fidelity" else found.lower <= lower


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["fidelity", "mixing"]))
def test_the_value_is_the_mixture_s_at_the_weights(seed: int, objective: Any) -> None:
    given_heads = operators(attention(3, 4, seed), objective)
    found = optimal_weights(given_heads, objective, restarts=0)
    assert (found.lower, found.upper) == objective_at(found, given_heads, found.weights)
    assert sum(map(Fraction, found.weights)) == pytest.approx(1, abs=1e-12)
    assert found.lower <= found.value <= found.upper


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["fidelity", "mixing"])
@pytest.mark.parametrize("pair", [*all_pairs(3), EXAMPLE_13])
def test_the_numerical_method_comes_near_the_exact_one(pair: Any, objective: Any) -> None:
    exact = optimal_weights(heads(pair), objective)
    found = optimal_weights(heads(pair), objective, method="numerical", restarts=2)
    best, ours = (float(enclosure(x)[0]) for x in (exact.bound, Fraction(found.value)))
    assert ours == pytest.approx(best, rel=1e-5 if objective == "fidelity" else 0)
    assert (exact.method, found.method, found.profile) == ("exact", "numerical", None)


def test_the_same_call_gives_the_same_answer() -> None:
    one, other = (optimal_weights(operators(attention(3, 6, 5), "fidelity"), seed=7) for _ in "ab")
    assert one == other


# --- exact ---------------------------------------------------------------------------------------


def test_example_3_13() -> None:
    found = optimal_weights(heads(EXAMPLE_13))
    half = Fraction(1, 2)
    assert (found.weights, found.value, found.bound, found.proved) == (
        (half, half),
        half,
        half,
        True,
    )
    walk = optimal_weights(heads(EXAMPLE_13), "mixing")
    assert (walk.value, walk.proved, walk.weights) == (7, True, (0, 1))


@pytest.mark.slow
def test_example_3_8_is_better_than_its_faces_and_a_limit() -> None:
    found = optimal_weights(heads(EXAMPLE_8))
    assert found.value > Fraction(99, 100)
    assert (found.bound, found.proved, found.approached) == (1, False, True)
    assert found.profile.optimum.weights == (0,)
    assert all(0 < weight < 1 for weight in found.weights)
    assert optimal_weights(heads(EXAMPLE_8), "mixing").value == 10


def test_algebraic_weights_sum_to_one() -> None:
    pair = families.express_pair(6)
    found = optimal_weights(pair)
    one, other = found.weights
    assert found.proved
    assert isinstance(one, Algebraic)
    assert both_weights(other) == (other, one)
    beta = Fraction(float(one))
    value = MultiHeadDiffusion(pair, [beta, 1 - beta]).minimax_fidelity().value
    assert float(found.value) == pytest.approx(float(value), rel=1e-12)
    nearby = [beta + Fraction(d, 1000) for d in (-1, 1)]
    assert all(
        MultiHeadDiffusion(pair, [b, 1 - b]).minimax_fidelity().value < found.value for b in nearby
    )


def test_weights_at_a_single_point() -> None:
    edges: Any = ["ad", "bc", "cd"], ["ac", "bd", "cd"]
    pair = [FeedforwardDAG(e, nodes="abcd") for e in edges]
    epsilon = MultiHeadWalk(pair).distance(4)
    found = optimal_weights(pair, "mixing", epsilon=epsilon)
    assert (found.weights, found.value) == ((Fraction(1, 2), Fraction(1, 2)), 4)


@pytest.mark.parametrize("side", [0, 1])
def test_a_supremum_not_attained_gives_weights_near_it(side: int) -> None:
    pair = (((0, 1), (0, 2), (1, 2), (2, 3)), ((0, 1), (1, 3), (2, 1), (2, 3)))
    found = optimal_weights(heads(pair)[:: 1 - 2 * side])
    assert (found.bound, found.proved, found.approached) == (Fraction(1, 3), False, True)
    assert found.optimum == Fraction(1, 3)
    assert (found.evaluations, found.ended) == (0, None)
    assert found.bound - Fraction(1, 10**6) < found.value < found.bound
    assert found.weights[side] == Fraction(1, 2**20)


def test_a_bound_alone_is_no_optimum() -> None:
    half, third = Fraction(1, 2), Fraction(1, 3)
    found = OptimalWeights(third, third, third, "fidelity", (half, half), half, "numerical")
    assert (found.proved, found.approached, found.optimum) == (False, False, None)


def test_an_undecided_optimum_is_no_worse_than_simple_weights() -> None:
    pair = (((0, 1), (0, 2), (1, 2)), ((0, 2), (1, 0)))
    found = optimal_weights(heads(pair), start=["1/3", "2/3"])
    assert not found.proved
    assert 0 < float(found.bound) - float(found.value) < 1e-6
    assert found.value >= MultiHeadDiffusion(heads(pair)).minimax_fidelity().value


def test_larger_pairs_are_numerical_unless_asked() -> None:
    lanes = families.lane_pair(4)
    found = optimal_weights(lanes, restarts=0)
    assert (found.method, found.proved) == ("numerical", False)
    assert found.value < found.bound < found.value + found.gap * 1.01 < found.value * 1.01
    exact = optimal_weights(lanes, method="exact")
    assert (exact.method, exact.proved, exact.value) == ("exact", True, found.value)


# --- numerical -----------------------------------------------------------------------------------


def test_three_heads() -> None:
    found = optimal_weights(THREE, "mixing")
    assert (found.weights, found.value, found.method) == ((0, 0, 1), 5, "numerical")
    assert found.evaluations > 0


def test_rational_heads_get_simple_weights() -> None:
    """Head 1 is there twice: ½ for head 0 is best, which is tried only as a rounding of floats."""
    one, two = families.lane_pair(4)
    found = optimal_weights([one, two, two], restarts=0)
    assert found.weights[0] == Fraction(1, 2)
    assert all(isinstance(w, Fraction) and w.denominator <= 12 for w in found.weights)
    assert sum(found.weights) == 1
    assert found.exact
    assert found.value == MultiHeadDiffusion([one, two]).minimax_fidelity().value
    tried_anyway = (None, [1, 0, 0], [0, 1, 0], [0, 0, 1])
    mixtures = (MultiHeadDiffusion([one, two, two], weights) for weights in tried_anyway)
    assert all(mix.minimax_fidelity().value < found.value for mix in mixtures)


def test_attention_gains() -> None:
    delta = MultiHeadDiffusion.from_attention(attention(4, 16, 1))
    found = optimal_weights(delta.heads)
    assert found.lower > 1.5 * delta.minimax_fidelity().upper
    assert found.upper - found.lower < 1e-12 * found.value


def test_progress_is_shown_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    silent = optimal_weights(THREE, "mixing", restarts=0)
    assert capsys.readouterr().err == ""
    assert optimal_weights(THREE, "mixing", restarts=0, progress=True) == silent
    assert capsys.readouterr().out == ""


# --- what is refused -----------------------------------------------------------------------------

SYMBOLIC = MultiHeadDiffusion(heads(EXAMPLE_13), [ALPHA, 1 - ALPHA])


@pytest.mark.parametrize(
    ("error", "match", "arguments", "options"),
    [
        (ObjectiveError, "'fidelity', 'mixing' or 'hitting'; got 'speed'", (THREE, "speed"), {}),
        (ObjectiveError, "'auto', 'exact' or 'numerical'", (THREE,), {"method": "fast"}),
        (ObjectiveError, "two rational heads", (THREE,), {"method": "exact"}),
        (ObjectiveError, "two rational", (attention(2, 3, 0),), {"method": "exact"}),
        (HeadsError, "weight of one head is 1", (THREE[:1],), {}),
        (HeadsError, "heads come as a sequence", (THREE[0],), {}),
        (DagmixError, "node", ([THREE[0], FeedforwardDAG([("a", "b")])],), {}),
        (DagmixError, "sink", (heads(EXAMPLE_8)[:1] * 2,), {}),
        (SymbolicError, "use .subs", ([SYMBOLIC, SYMBOLIC],), {}),
        (SymbolicError, "a start needs numbers", (THREE,), {"start": [ALPHA, 1 - ALPHA, 0]}),
        (WeightError, "got 2 weights for 3 heads", (THREE,), {"start": [1, 0]}),
        (WeightError, "not negative", (THREE,), {"start": [2, -1, 0]}),
        (WeightError, "sum to 1", (THREE,), {"start": [1, 1, 1]}),
        (NumberError, "restarts", (THREE,), {"restarts": -1}),
        (NumberError, "seed", (THREE,), {"seed": 0.5}),
        (DagmixError, "epsilon", (THREE, "mixing"), {"epsilon": 1}),
        (DagmixError, "at least one head", ([],), {}),
    ],
)
def test_bad_input(error: type[Exception], match: str, arguments: Any, options: Any) -> None:
    with pytest.raises(error, match=match):
        optimal_weights(*arguments, **options)


def test_what_cannot_be_decided_is_climbed() -> None:
    """T = 693 at head 2 alone (P(T > t) = 0.998ᵗ), past what a profile of T is made for."""
    slow = [[["999/1000", 0], ["1/1000", 1]], [["998/1000", 0], ["2/1000", 1]]]
    found = optimal_weights(slow, "mixing")
    assert (found.value, found.weights, found.method) == (693, (0, 1), "numerical")
    with pytest.raises(UndecidedError):
        optimal_weights(slow, "mixing", method="exact")
    still = [[[1, 0], [0, 1]]] * 2
    assert optimal_weights(still, "mixing", sink=1).value == float("inf")


# --- what cannot be judged -----------------------------------------------------------------------


TURNS = np.array([[0.0, 1, 0], [1, 0, 0], [0, 1, 0]])
STAYS = np.array([[0.75, 0.25, 0], [0, 1, 0], [0, 0, 1]])


def test_a_periodic_head_may_be_the_best() -> None:
    """Alone it brings every node's value to the sink whole, again and again."""
    found = optimal_weights([TURNS, STAYS], sink=2, restarts=0)
    assert found.weights == pytest.approx((1, 0), abs=1e-12)
    assert found.upper == pytest.approx(1, abs=1e-12)
    assert found.lower <= found.upper <= found.bound == 1


@pytest.mark.parametrize("decided", [(Fraction(1, 2), Fraction(1, 2)), None])
def test_weights_that_are_undecided_are_passed_over(
    decided: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The even mixture has 4/9."""
    evaluate = FidelityObjective.evaluate

    def sometimes(self: FidelityObjective, weights: Any) -> Any:
        if weights != decided:
            message = "too long"
            raise UndecidedError(message)
        return evaluate(self, weights)

    monkeypatch.setattr(FidelityObjective, "evaluate", sometimes)
    if decided is None:
        with pytest.raises(UndecidedError, match="no weights could be judged; of the last: too"):
            optimal_weights([TURNS, STAYS], sink=2, restarts=0)
    else:
        found = optimal_weights([TURNS, STAYS], sink=2, restarts=0)
        assert found.weights == decided
        assert found.lower <= Fraction(4, 9) <= found.upper


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: optimal_weights(None), HeadsError, "heads come as a sequence; got None"),
        (lambda: optimal_weights([THREE[0], None]), HeadsError, "head 1 is None"),
        (lambda: optimal_weights(THREE, start=3), WeightError, "one for each head; got 3"),
        (
            lambda: optimal_weights(THREE, start={0: 1}),
            WeightError,
            "one for each head; got {0: 1}",
        ),
        (lambda: optimal_weights(THREE, start=[[1]]), NumberError, "weight 0"),
    ],
)
def test_what_is_no_sequence(call: Any, error: type[DagmixError], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["fidelity", "mixing"])
def test_a_mixture_stands_for_its_heads_and_its_sink(objective: str) -> None:
    """Whatever its weights: the answer is that of a list of the heads."""
    kind = MultiHeadDiffusion if objective == "fidelity" else MultiHeadWalk
    forked = [FeedforwardDAG([(source, 2)], nodes=range(3)) for source in range(2)]
    for graphs, sink in ((heads(EXAMPLE_13), None), (forked, 2)):
        mix = kind(graphs, ["1/5", "4/5"], sink=sink)
        expected = optimal_weights(graphs, objective, sink=sink)
        for found in (optimal_weights(mix, objective), optimal_weights(mix, objective, sink=sink)):
            assert (found.value, found.bound) == (expected.value, expected.bound)
            assert (found.weights, found.method) == (expected.weights, expected.method)


def test_a_mixture_of_the_other_kind_is_refused() -> None:
    mix = MultiHeadDiffusion.from_attention(attention(2, 4, 0))
    with pytest.raises(HeadsError, match="MultiHeadWalk mixes WalkOperators; head 0 is Diff"):
        optimal_weights(mix, "mixing")


def test_a_mixture_read_at_a_target() -> None:
    """No weights on a grid are better than the bound, or than a value that is proved."""
    tables = ([[1, 2, 0], [0, 1, 1], [3, 0, 1]], [[2, 0, 1], [1, 1, 0], [1, 1, 1]])
    matrices = [[[Fraction(x, sum(row)) for x in row] for row in table] for table in tables]
    for target in range(3):
        delta = MultiHeadDiffusion(matrices, sink=target)
        found = optimal_weights(delta)
        grid = [MultiHeadDiffusion(matrices, [k / 16, 1 - k / 16], target) for k in range(17)]
        best = max(one.minimax_fidelity().lower for one in grid)
        top = found.value if found.proved else found.bound
        assert best <= enclosure(top)[1] * (1 + 1e-12)


# --- budgets -------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", ["fidelity", "mixing"])
@pytest.mark.parametrize("method", ["exact", "numerical"])
@pytest.mark.parametrize("start", [None, [Fraction(1, 4), Fraction(3, 4)]])
def test_a_spent_budget_leaves_weights_with_bounds(objective: str, method: str, start: Any) -> None:
    """Without any time the answer is that at the start, or at uniform weights, and says so."""
    found = optimal_weights(heads(EXAMPLE_13), objective, method=method, start=start, budget=0)
    assert found.ended == "budget"
    assert not found.proved
    assert found.weights == (tuple(start) if start else (Fraction(1, 2),) * 2)
    lower, upper = objective_at(found, heads(EXAMPLE_13), found.weights)
    assert found.lower <= lower <= upper <= found.upper
    assert found.bound == (1 if objective == "fidelity" else 2)


def test_work_counts_initial_weights() -> None:
    """As many climbs as are allowed; then the best of them."""
    few, all_of_them = (optimal_weights(THREE, restarts=0, budget=Work(n)) for n in (1, 4))
    assert few.ended == "budget"
    assert 0 < few.evaluations < all_of_them.evaluations
    assert all_of_them.ended is None
    assert few.lower <= few.value <= few.upper <= 1


def test_work_counts_intervals_of_weights() -> None:
    assert optimal_weights(heads(EXAMPLE_13), budget=Work(3)).ended == "budget"
    best = optimal_weights(heads(EXAMPLE_13), budget=Work(1000))
    assert best.proved
    assert best.ended is None
    assert best.profile.lowest.value == Fraction(23, 64)  # computed later, without a budget


@pytest.mark.parametrize("calls", [0, 2])
def test_an_interruption_leaves_what_was_found(calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter(range(calls))
    climb = FidelityAscent.climb

    def interrupted(self: FidelityAscent, weights: Any) -> Any:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return climb(self, weights)

    monkeypatch.setattr(FidelityAscent, "climb", interrupted)
    found = optimal_weights(THREE, restarts=0)
    assert found.ended == "interrupted"
    assert bool(found.evaluations) == bool(calls)
    lower, upper = objective_at(found, THREE, found.weights)
    assert found.lower <= upper
    assert lower <= found.upper


def test_time_that_ends_among_the_answers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget ends while weights are judged: the first of them is the answer."""
    evaluate = FidelityObjective.evaluate
    meters: list[Meter] = []

    def spent(self: FidelityObjective, weights: Any) -> Any:
        meters[0].spend()
        return evaluate(self, weights)

    def meter(budget: Any) -> Meter:
        meters.append(Meter(budget))
        return meters[0]

    monkeypatch.setattr(FidelityObjective, "evaluate", spent)
    monkeypatch.setattr(optimal.weights, "Meter", meter)
    found = optimal_weights(THREE, restarts=0, budget=3600)
    assert found.ended == "budget"
    assert found.weights == (Fraction(1, 3),) * 3


@pytest.mark.parametrize("budget", [-1, True, float("nan"), "1"])
def test_what_is_no_budget_is_refused(budget: Any) -> None:
    with pytest.raises(NumberError, match="budget"):
        optimal_weights(THREE, budget=budget)


@pytest.mark.slow
def test_what_the_profile_leaves_undecided_is_climbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By default, from where the budget is spent on; the bound and the profile stay."""
    shares = [[2, 2, 0], [3, 1, 0], [1, 0, 2]], [[3, 1, 3], [0, 1, 0], [1, 3, 2]]
    pair = [[[Fraction(x, sum(row)) for x in row] for row in head] for head in shares]
    counted, count = list[None](), Meter.count

    def counting(meter: Meter) -> None:
        counted.append(None)
        count(meter)

    monkeypatch.setattr(Meter, "count", counting)
    exact = optimal_weights(pair, sink=2, method="exact")
    intervals = len(counted)
    monkeypatch.undo()
    assert (exact.evaluations, exact.proved, exact.approached) == (0, False, False)
    found = optimal_weights(pair, sink=2)
    assert (found.method, found.ended, found.bound) == ("exact", None, exact.bound)
    assert found.evaluations > 0
    assert found.profile == exact.profile
    assert exact.upper < found.lower <= found.upper < found.bound
    assert float(found.bound) - float(found.value) < 1e-6 < float(found.value - exact.value)
    for climbs in (0, 1):
        some = optimal_weights(pair, sink=2, budget=Work(intervals + climbs))
        assert (some.ended, some.bound, bool(some.evaluations)) == ("budget", exact.bound, climbs)
        assert exact.value <= some.value <= found.upper
