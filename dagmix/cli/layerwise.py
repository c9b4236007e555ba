"""Layer after layer, in this process or in several, in the same order and to the same result."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, product
from multiprocessing import get_context
from typing import NamedTuple

from dagmix.analysis import weakest_position
from dagmix.analysis.attention import Attention
from dagmix.analysis.layers import Layer
from dagmix.errors import DagmixError

AHEAD = 2  # layers for each process, which are handed out before they are asked for

Place = tuple[tuple[int, ...], int]  # sample and layer


class Measured(NamedTuple):
    """What was measured of one layer."""

    layer: Layer
    weakest: weakest_position.WeakestPosition | None


@dataclass(frozen=True)
class Question:
    """What is asked of every layer: fidelity from which step on, what source, how many pathways."""

    attention: Attention
    first_step: int
    pathways: int | None
    steps: int
    source: int | None = None

    def places(self) -> Iterator[Place]:
        """Yield sample and layer, in the order of the file."""
        *samples, layers = self.attention.tensor.shape[:-3]
        return product(product(*map(range, samples)), range(layers))

    def answer(self, place: Place) -> Measured | DagmixError:
        """Measure one layer, or return what is wrong with it."""
        try:
            return self._measured(*place)
        except DagmixError as error:
            return error

    def _measured(self, sample: tuple[int, ...], layer: int) -> Measured:
        found = self.attention.layer(sample, layer, self.first_step, self.source)
        if self.pathways is None:
            return Measured(found, None)
        count, steps, first = self.pathways, self.steps, self.first_step
        return Measured(found, weakest_position.weakest(self.attention, found, count, steps, first))


def answers(
    question: Question, places: Iterable[Place], jobs: int
) -> Iterator[Measured | DagmixError]:
    """Yield the answer for every place, in order; with jobs > 1 so many processes work on them."""
    if jobs == 1:
        yield from map(question.answer, places)
        return
    rest = iter(places)
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (question,))
    try:
        with _interrupts_deferred():  # by the processes too, until they have begun
            waiting = deque(_submitted(pool, islice(rest, AHEAD * jobs)))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(_submitted(pool, islice(rest, 1)))
    except BrokenProcessPool:
        message = "a process of --jobs was killed, perhaps for want of memory"
        raise DagmixError(message) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(
    pool: ProcessPoolExecutor, places: Iterable[Place]
) -> Iterator[Future[Measured | DagmixError]]:
    return (pool.submit(_answer, place) for place in places)


@contextmanager
def _interrupts_deferred() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end only; processes begun here have Ctrl-C blocked."""
    seen = list[int]()
    try:
        before = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    except ValueError:  # in another thread than the first, which Ctrl-C does not reach
        yield
        return
    _mask("SIG_BLOCK")
    try:
        yield
    finally:
        _mask("SIG_UNBLOCK")
        signal.signal(signal.SIGINT, before)
    if seen:
        raise KeyboardInterrupt


def _mask(how: str) -> None:
    """Block Ctrl-C or let it through, on systems that can; processes inherit it."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(getattr(signal, how), {signal.SIGINT})


_asked: list[Question] = []  # in a process of --jobs, the one question


def _begin(question: Question) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C goes to all processes; one says so
    _mask("SIG_UNBLOCK")
    _asked[:] = [question]


def _answer(place: Place) -> Measured | DagmixError:
    return _asked[0].answer(place)
