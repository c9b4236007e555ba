"""What carries a signal: the heaviest pathways, and sums over them by head."""

from __future__ import annotations

from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any

from dagmix._engine.exact.scalars import Field, read_count, read_steps
from dagmix._engine.fidelity.signals import signal
from dagmix._util.budget import Budget, Meter
from dagmix.errors import DagmixError, KindError, SymbolicError, WeightError
from dagmix.graphs.labels import Node
from dagmix.operators.mixture import MultiHead
from dagmix.pathways import head_polynomials, k_best
from dagmix.pathways.head_polynomials import Question
from dagmix.pathways.results import HeadCounts, Pathway, Pathways


def by_head_counts(
    mix: MultiHead, source: Node, t: Any, target: Node | None = None, *, budget: Budget = None
) -> HeadCounts:
    """Return the signal of `source` after t steps as a polynomial in the weights of the heads.

    The coefficient of Π_h β_h^{c_h} is Σ (M_{h₁} … M_{hₜ})[τ, source] over all sequences of heads
    in which head h occurs c_h times. It does not depend on the mixture's weights, which may be
    symbols.

    Parameters
    ----------
    mix : MultiHeadDiffusion or MultiHeadWalk
    source : node
    t : int
        Number of steps, at least 0.
    target : node, optional
        Where pathways end, in place of the mixture's sink τ.
    budget : number, Work or None
        For how many seconds, or how many steps; None, the default, is no limit.

    Returns
    -------
    HeadCounts
        Coefficients are Fractions, or floats where a head is a float array. A float is within
        relative error t·(k + H + e + 6)·2⁻⁵³, k the most entries of a line, H the number of
        heads and e the rounding of the stored entries, or within 2⁻⁹⁰⁰.

    Raises
    ------
    KindError
        Unless `mix` is a mixture of heads.
    UnknownNodeError, StepError, NumberError
        For a source or target the mixture does not have, a negative or fractional t, what is no
        budget.
    SymbolicError
        For heads with symbols in their entries.
    WeightError
        Where every receiver has its own weights, of which there is no such polynomial.
    SizeError
        Where the C(t + H, H) polynomial rows have more than 2²⁴ numbers.
    BudgetError
        Where the budget ends before; it says with how many steps begun.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.paper import example_3_8
    >>> counts = by_head_counts(MultiHeadDiffusion(example_3_8()), "u", 2)
    >>> counts.coefficients, counts.polynomial, counts.signal
    ({(1, 1): Fraction(1, 4)}, beta0*beta1/4, Fraction(1, 16))

    References
    ----------
    arXiv:2507.02944, Remark 3.7.
    """
    question = _read(mix, source, t, target, budget)
    _need_numbers(mix, "a polynomial in the weights", weights=False)
    if mix.is_gated:
        message = (
            "a polynomial in the weights needs one weight for each head; here every receiver has"
            " its own: by_composition and heaviest take them"
        )
        raise WeightError(message)
    with _whole(question):
        terms = head_polynomials.by_counts(question)
    return HeadCounts(source, question.steps, tuple(terms.items()), mix.weights)


def cross_head_share(
    mix: MultiHead, source: Node, t: Any, target: Node | None = None, *, budget: Budget = None
) -> Fraction | float:
    """Return the share of the signal of `source` after t steps that no single head carries.

    It is the weight of all pathways that use two heads or more, over the signal:
    1 − Σ_h β_hᵗ (M_hᵗ)[τ, source] / (M̄ᵗ)[τ, source] for t ≥ 1. It is 0 for t = 1 and for one
    head, and 1 where no head alone leads from the source to the sink in t steps.

    Heads are distinguished by number. Two equal heads of equal weight have a share of 1 − 2^{1−t},
    although either could carry every node path; a large share says that heads work together
    only as far as they differ.

    Parameters
    ----------
    mix : MultiHeadDiffusion or MultiHeadWalk
    source : node
    t : int
        Number of steps, at least 0.
    target : node, optional
        Where pathways end, in place of the mixture's sink τ.
    budget : number, Work or None
        For how many seconds, or how many steps; None, the default, is no limit.

    Returns
    -------
    Fraction or float
        In [0, 1]; a float where a head or a weight is one. A float is within relative error
        2t·(k + 3H + e + 6)·2⁻⁵³ (letters as in `by_head_counts`), or within 2⁻¹⁰⁰: the weight is
        added up, not subtracted from 1.

    Raises
    ------
    KindError, UnknownNodeError, StepError, NumberError
        As for `by_head_counts`.
    SymbolicError
        For symbols among the weights or in the heads.
    SizeError
        Where t rows for each of the heads have more than 2²⁴ numbers.
    BudgetError
        Where the budget ends before; it says with how many steps begun.
    DagmixError
        For 0 / 0, where no pathway of t steps leads from the source to the sink.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.paper import example_3_8, example_3_13
    >>> cross_head_share(MultiHeadDiffusion(example_3_8()), "u", 2)
    Fraction(1, 1)
    >>> cross_head_share(MultiHeadDiffusion(example_3_13()), "v", 3)
    Fraction(3, 4)

    References
    ----------
    arXiv:2507.02944, Remark 3.7 (the pathways; the share is ours).
    """
    question = _read(mix, source, t, target, budget)
    _need_numbers(mix, "a share of cross-head pathways")
    if not mix.adjacency.senders_after(question.sink, question.steps)[question.node]:
        message = (
            f"the cross-head share is 0 / 0: no pathway of {question.steps} steps leads from"
            f" {source!r} to {mix.nodes[question.sink]!r}"
        )
        raise DagmixError(message)
    with _whole(question):
        pure, cross = head_polynomials.pure_and_cross(question)
    if isinstance(cross, float):
        return float(cross / (pure + cross))
    share = Fraction(int(cross), int(pure + cross))
    return share if mix.field is Field.RATIONAL else float(share)


def by_composition(
    mix: MultiHead, source: Node, t: Any, target: Node | None = None, *, budget: Budget = None
) -> dict[tuple[int, ...], Fraction | float]:
    """Return what each of the Hᵗ sequences of heads adds to the signal of `source`.

    The sequence (g₁, …, gₜ), the head of the first step first, adds
    β_{g₁} … β_{gₜ} (M_{gₜ} … M_{g₁})[τ, source].

    Parameters
    ----------
    mix : MultiHeadDiffusion or MultiHeadWalk
    source : node
    t : int
        Number of steps, at least 0.
    target : node, optional
        Where pathways end, in place of the mixture's sink τ.
    budget : number, Work or None
        For how many seconds, or how many steps; None, the default, is no limit.

    Returns
    -------
    dict
        Sequence of heads → Fraction or float, in lexicographic order; the values include the
        weights and add up to the signal. A float has the error of `by_head_counts`.

    Raises
    ------
    KindError, UnknownNodeError, StepError, NumberError
        As for `by_head_counts`.
    SymbolicError
        For symbols among the weights or in the heads.
    SizeError
        Where Hᵗ rows have more than 2²⁴ numbers; `by_head_counts` and `heaviest` go further.
    BudgetError
        Where the budget ends before; it says with how many steps begun.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.paper import example_3_8
    >>> [str(share) for share in by_composition(MultiHeadDiffusion(example_3_8()), "u", 2).values()]
    ['0', '1/16', '0', '0']

    References
    ----------
    arXiv:2507.02944, Remark 3.7.
    """
    question = _read(mix, source, t, target, budget)
    _need_numbers(mix, "a table by head sequence")
    exact = not head_polynomials.any_floats(question.parts)
    with _whole(question):
        table = head_polynomials.by_order(question, exact=exact)
    return table if mix.field is Field.RATIONAL else {h: float(x) for h, x in table.items()}


def heaviest(
    mix: MultiHead,
    source: Node,
    t: Any,
    k: Any,
    target: Node | None = None,
    *,
    budget: Budget = None,
) -> Pathways:
    """Return the k heaviest pathways of t steps from `source` to the sink, heaviest first.

    A pathway v₀, …, vₜ through heads g₁, …, gₜ weighs Π_s β_{g_s} M_{g_s}[v_s, v_{s−1}].
    Pathways of equal weight are in the order of their sequences source, head, node, head, …,
    τ, nodes in the mixture's node order; ties are decided in exact arithmetic.

    Parameters
    ----------
    mix : MultiHeadDiffusion or MultiHeadWalk
    source : node
    t : int
        Number of steps, at least 0.
    k : int
        Number of pathways, at least 1.
    target : node, optional
        Where pathways end, in place of the mixture's sink τ.
    budget : number, Work or None
        For how many seconds, or how many steps; None, the default, is no limit.

    Returns
    -------
    Pathways
        Fewer than k where there are no more of positive weight; for t = 0 that is one, of no
        step, from the sink itself. Weights are exact for float arrays too, which stand for exact
        rationals.

    Raises
    ------
    KindError
        Unless `mix` is a mixture of heads.
    UnknownNodeError, StepError, NumberError
        For a source or target the mixture does not have, a negative or fractional t, k < 1,
        what is no budget.
    SymbolicError
        For symbols among the weights or in the heads.
    SizeError
        Where t · k · n is more than 2²⁴.
    BudgetError
        Where the budget ends before; it says with how many steps begun.

    Notes
    -----
    Dynamic programming over (steps, node), O(t (E log E + n k² log k)) for heads with E entries
    together and n nodes.

    Examples
    --------
    >>> from dagmix import MultiHeadDiffusion
    >>> from dagmix.paper import example_3_13
    >>> print(heaviest(MultiHeadDiffusion(example_3_13()), "u", 2, 3))
    heaviest pathways of 2 steps from 'u' to 'τ', signal 1/8
    <BLANKLINE>
      pathway         weight   share
     ────────────────────────────────
      u ─1→ w ─0→ τ   1/16     0.5
      u ─1→ w ─1→ τ   1/16     0.5

    References
    ----------
    arXiv:2507.02944, Remark 3.7.
    """
    question = _read(mix, source, t, target, budget)
    count = read_count(k, 1, "k")
    _need_numbers(mix, "a list of the heaviest pathways")
    with _whole(question):
        found = k_best.heaviest(question, count)
    whole = signal(mix.transition, question.sink, question.node, question.steps)
    return Pathways(
        source,
        mix.nodes[question.sink],
        question.steps,
        whole,
        mix.nodes,
        tuple(_pathway(mix, one) for one in found),
    )


def _pathway(mix: MultiHead, last: k_best.Partial) -> Pathway:
    steps = list(last.trail())[::-1]
    nodes = tuple(mix.nodes[step.node] for step in steps)
    heads = tuple(int(last.arcs.heads[step.arc]) for step in steps[1:])
    return Pathway(
        nodes, heads, last.exact if mix.field is Field.RATIONAL else float(last.exact), last.exact
    )


def _read(mix: Any, source: Node, t: Any, target: Node | None, budget: Budget) -> Question:
    """Return the entry of a power that is asked for."""
    if not isinstance(mix, MultiHead):
        message = f"pathways are those of a MultiHeadDiffusion or MultiHeadWalk; got {mix!r}"
        raise KindError(message)
    sink = mix.sink.index if target is None else mix.nodes.row(target)
    return Question(mix.parts, sink, mix.nodes.row(source), read_steps(t), Meter(budget))


def _whole(question: Question) -> AbstractContextManager[None]:
    """Turn the end of a budget into a BudgetError: no part of these answers is one."""
    return question.meter.need(question.steps, "steps")


def _need_numbers(mix: MultiHead, what: str, *, weights: bool = True) -> None:
    """Raise SymbolicError for symbols in the heads, and in the weights where they matter."""
    for head, (weight, part) in enumerate(mix.parts):
        symbolic = weights and not isinstance(weight, Fraction)
        if part.field is Field.SYMBOLIC or symbolic:
            where = (
                f"the weight of head {head} is {weight}" if symbolic else f"head {head} has symbols"
            )
            message = f"{what} needs numbers, and {where}: use .subs({{symbol: value}})"
            raise SymbolicError(message)
