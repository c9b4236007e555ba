"""Tokens as labels of positions: each one distinct, for tables and pictures."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dagmix.analysis.model_outputs import to_numpy
from dagmix.errors import ShapeError

Row = tuple[Hashable, ...]

READABLE = 4  # candidates that a table writes out
NULL = "null"  # the label of the node that holds what learned sink logits keep


def rows_of(tokens: Any, lengths: Sequence[int]) -> list[Sequence[Hashable]]:
    """Return the tokens of every sample, from one row for all of them or a row a sample.

    Raises ShapeError where their numbers are not those of the samples and positions.
    """
    rows = to_numpy(tokens, "tokens").tolist() if hasattr(tokens, "shape") else list(tokens)
    if not rows or not isinstance(rows[0], list | tuple):
        rows = [rows] * len(lengths)
    found = [len(row) for row in rows]
    if found != list(lengths):
        message = f"one token a position, {list(lengths)} in the samples; got {found}"
        raise ShapeError(message)
    return rows


def kept(tokens: Any, mask: NDArray[np.bool_]) -> list[Sequence[Hashable]]:
    """Return the tokens that a mask (samples, n) keeps."""
    rows = rows_of(tokens, [mask.shape[1]] * len(mask))
    return [list(compress(row, keeps)) for row, keeps in zip(rows, mask, strict=True)]


def numbered(tokens: Iterable[Hashable]) -> Row:
    """Tell repeated tokens apart by a number, also those that are one after normalisation (NFC).

    >>> numbered(["the", "cat", "the"])
    ('the', 'cat', 'the (2)')
    """
    taken = set[Hashable]()
    counts = dict[Hashable, int]()
    labels = list[Hashable]()
    for token in tokens:
        label = _normalised(token)
        count = counts.get(label, 1)
        while label in taken:
            count += 1
            label = f"{_normalised(token)} ({count})"
        counts[_normalised(token)] = count
        taken.add(label)
        labels.append(label)
    return tuple(labels)


def in_words(label: Hashable) -> str:
    r"""Write a label in a table: text that would not show, such as a line break, is quoted.

    >>> in_words("Ġcat"), in_words("\n"), in_words(3)
    ('Ġcat', "'\\n'", '3')
    """
    text = str(label)
    return text if text.strip() == text != "" and text.isprintable() else repr(label)


def listed(labels: Sequence[Hashable]) -> str:
    """Write the first few of many labels.

    >>> listed(range(20))
    '0, 1, 2, 3, … (20)'
    """
    shown = ", ".join(map(in_words, labels[:READABLE]))
    return shown if len(labels) <= READABLE else f"{shown}, … ({len(labels)})"


def _normalised(token: Hashable) -> Hashable:
    return unicodedata.normalize("NFC", token) if isinstance(token, str) else token
