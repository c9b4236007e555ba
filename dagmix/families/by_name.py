"""Masks by their names, as the command line has them: `sink_window:4,4096`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from dagmix._util.brief import brief
from dagmix.errors import DagmixError, KindError, MaskError
from dagmix.families import masks, named, random_graphs
from dagmix.graphs.dag import FeedforwardDAG

LONGEST = 100  # characters of a number
MASKS: dict[str, Callable[..., FeedforwardDAG]] = {
    "big_bird": masks.big_bird,
    "block_window": masks.block_window,
    "complete": named.complete,
    "dilated": named.dilated,
    "fixed": masks.fixed,
    "global_tokens": masks.global_tokens,
    "line": named.line,
    "log_sparse": named.log_sparse,
    "oriented_erdos_renyi": random_graphs.oriented_erdos_renyi,
    "sink_window": named.sink_window,
    "sliding_window": named.sliding_window,
    "strided": masks.strided,
    "walk_back": random_graphs.walk_back,
    "window": named.sliding_window,
}


def heads_by_name(text: Any, n: int) -> tuple[FeedforwardDAG, ...]:
    """Return the heads that a text names, on n nodes: `name:number,number+name:number`.

    A name is that of a function of `dagmix.families` (`window` is `sliding_window`); the
    numbers are what it takes after n, in its order. A plus sign separates heads.

    Parameters
    ----------
    text : str
        Such as "complete", "sink_window:4,4096" or "window:512+fixed:512".
    n : int
        Nodes of every head.

    Returns
    -------
    tuple of FeedforwardDAG
        One for each name.

    Raises
    ------
    MaskError
        For a name that there is not, with those that are like it; for another number of
        arguments than the mask takes; where the mask refuses them, with its reason.
    KindError
        For what is no text.

    Examples
    --------
    >>> [head.edge_count for head in heads_by_name("window:2+complete", 5)]
    [12, 15]
    >>> heads_by_name("windw:2", 5)
    Traceback (most recent call last):
        ...
    dagmix.errors.MaskError: no mask is named 'windw'; near it: window, sink_window, block_window

    References
    ----------
    The masks that are compared: arXiv:2502.06751.
    """
    return tuple(_made(part, n) for part in check(text))


def check(text: Any) -> list[str]:
    """Return the heads of a text; raise MaskError where one is no mask with its numbers.

    >>> check("window:2 + complete")
    ['window:2', 'complete']
    """
    if not isinstance(text, str):
        message = f"a mask's name is a text such as 'window:4096'; got {brief(text)}"
        raise KindError(message)
    heads = [part.strip() for part in text.split("+")]
    for head in heads:
        _check_head(head)
    return heads


def usages() -> list[str]:
    """Return how each mask is written, by the names of its numbers.

    >>> usages()[-2:]
    ['walk_back:p,budget,seed', 'window:width']
    """
    return [f"{name}:{','.join(_numbers(make))}".rstrip(":") for name, make in MASKS.items()]


def _check_head(head: str) -> None:
    name, values = _parts(head)
    if name not in MASKS:
        near = get_close_matches(name, MASKS, n=3, cutoff=0.5)
        others = f"near it: {', '.join(near)}" if near else f"the names are {', '.join(MASKS)}"
        message = f"no mask is named {brief(name)}; {others}"
        raise MaskError(message)
    wanted = _numbers(MASKS[name])
    if len(values) not in (len(wanted), _least(MASKS[name])):
        use = f"{name}:{','.join(wanted)}".rstrip(":")
        message = f"{brief(head)} has {len(values)} numbers; the mask is written {use}"
        raise MaskError(message)


def _parts(head: str) -> tuple[str, list[str]]:
    name, _, numbers = head.partition(":")
    return name, numbers.split(",") if numbers else []


def _numbers(make: Callable[..., Any]) -> list[str]:
    """Return the names of what a mask takes after n."""
    _, *others = inspect.signature(make).parameters.values()
    return [one.name for one in others if one.kind is not one.KEYWORD_ONLY]


def _least(make: Callable[..., Any]) -> int:
    """Return how many of them have no default."""
    parameters = inspect.signature(make).parameters.values()
    return sum(1 for one in parameters if one.default is one.empty) - 1


def _made(head: str, n: int) -> FeedforwardDAG:
    name, values = _parts(head)
    try:
        return MASKS[name](n, *map(_read, values))
    except DagmixError as error:
        message = f"{brief(head)} on {brief(n)} nodes: {error}"
        raise MaskError(message) from None


def _read(value: str) -> Any:
    """Return a whole number as an int; what else there is the mask reads, or refuses."""
    text = value.strip()
    if len(text) > LONGEST:
        message = f"the numbers of a mask have at most {LONGEST} characters; got {brief(text)}"
        raise MaskError(message)
    return int(text) if text.removeprefix("-").isdecimal() else text
