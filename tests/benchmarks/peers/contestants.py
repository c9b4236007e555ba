"""Who is asked: dagmix and each peer, by the best documented call that it has for a question.

Each function takes a case whose arrays are ready and returns the answer; its time is what is
measured. A question without a function here is one that the peer has no call for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dagmix_answers
import networkx_answers
import numpy_answers
import peer_answers
import scipy_answers
import sympy_answers
from questions import Case

Answer = Callable[[Case], Any]

CONTESTANTS: dict[str, dict[str, Answer]] = {
    "dagmix": dagmix_answers.FROM_GRAPHS,
    "dagmix, from the array": dagmix_answers.FROM_ARRAYS,
    "NumPy, powers": numpy_answers.POWERS,
    "NumPy, one row": numpy_answers.ROWS,
    "NumPy, running sums": scipy_answers.SUMS,
    "SciPy, sparse": scipy_answers.SPARSE,
    "SciPy, triangular": scipy_answers.TRIANGULAR,
    "SciPy, banded": scipy_answers.BANDED,
    "networkx": networkx_answers.ANSWERS,
    "sympy.stats": sympy_answers.ANSWERS,
    "PyDTMC": peer_answers.PYDTMC,
    "QuantEcon": peer_answers.QUANTECON,
    "deeptime": peer_answers.DEEPTIME,
    # A second call of the same package, whose answer deserves to be known:
    "dagmix, in floats": dagmix_answers.IN_FLOATS,
    "PyDTMC, absorption_probabilities": peer_answers.PYDTMC_NAMED,
    "deeptime, by its eigenvectors": peer_answers.DEEPTIME_EIGENVECTORS,
    "deeptime, hitting_probability": peer_answers.DEEPTIME_NAMED,
}
SECOND_CALLS = frozenset(
    name for name in CONTESTANTS if name.startswith(("PyDTMC,", "deeptime,", "dagmix, in"))
)
PACKAGES = {
    "networkx": "networkx",
    "sympy.stats": "sympy",
    "PyDTMC": "PyDTMC",
    "QuantEcon": "quantecon",
    "deeptime": "deeptime",
}
ALWAYS = (
    "dagmix",
    "dagmix, from the array",
    "NumPy, powers",
    "NumPy, one row",
    "NumPy, running sums",
    "SciPy, sparse",
    "SciPy, triangular",
    "SciPy, banded",
    "networkx",
    "sympy.stats",
    "dagmix, in floats",
)
