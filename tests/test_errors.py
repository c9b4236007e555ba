"""Every error is dagmix's own, and one of Python's."""

from __future__ import annotations

from dagmix import DagmixError, errors


def test_every_error_is_a_dagmix_error() -> None:
    rules = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    warnings = {rule for rule in rules if issubclass(rule, Warning)}
    assert all(issubclass(rule, DagmixError) for rule in rules if rule not in warnings)
    assert issubclass(DagmixError, ValueError)
    assert warnings == {errors.HorizonWarning}
    assert issubclass(errors.HorizonWarning, UserWarning)
