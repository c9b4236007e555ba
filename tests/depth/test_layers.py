"""What is read as layers and residuals, and what is refused."""

from __future__ import annotations

import pytest
import sympy as sp

from dagmix import DiffusionOperator, FeedforwardDAG, LayerStack, WalkOperator, errors, families


def test_bad_stacks_are_refused() -> None:
    line = DiffusionOperator(families.line(3))
    other = DiffusionOperator(FeedforwardDAG([(0, 1), (1, "x")]))
    longer = DiffusionOperator(families.line(4))
    elsewhere = DiffusionOperator(families.line(3), sink=1)
    walk: object = WalkOperator(families.line(3))
    cases: list[tuple[object, object, type[Exception]]] = [
        ([], 0, errors.EmptyError),
        (line, 0, errors.KindError),
        (7, 0, errors.KindError),
        ([walk], 0, errors.KindError),
        ([line, other], 0, errors.HeadsError),
        ([line, longer], 0, errors.HeadsError),
        ([elsewhere, line], 0, errors.SinkError),
        ([line], 1, errors.WeightError),
        ([line], 1.5, errors.WeightError),
        ([line], "-1/2", errors.WeightError),
        ([line], [0, 0], errors.WeightError),
        ([line], sp.sqrt(2), errors.WeightError),
        ([line], float("nan"), errors.NumberError),
        ([line], "half", errors.NumberError),
    ]
    for layers, residual, error in cases:
        with pytest.raises(error):
            LayerStack(layers, residual)  # type: ignore[arg-type]
    stack = LayerStack([line])
    for call, error in (
        (lambda: stack.signal(0, 2), errors.StepError),
        (lambda: stack.signal(0, -1), errors.StepError),
        (lambda: stack.signal("x"), errors.UnknownNodeError),
        (lambda: stack.flow("x"), errors.UnknownNodeError),
        (lambda: stack.heaviest_pathways(0, 0), errors.NumberError),
    ):
        with pytest.raises(error):
            call()
