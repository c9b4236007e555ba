"""The paper, checked: its examples as objects, its statements as checks, its tables as numbers.

The paper is *Beyond Parallelism: Synergistic Computational Graph Effects in Multi-Head
Attention*, arXiv:2507.02944. A verdict is never written down with a statement: it is computed
from what the library finds, and compared with the documented one, so that a change of either
is noticed.

`verify()` gives a `Row` for each statement (`dagmix verify` prints them); `example_3_8()` and
`example_3_13()` are the heads of the worked examples; `Measured` holds the quantities of Tables
1 to 6, on attention from `dagmix.torch_bridge` or anywhere else; `Remeasured.kept()` has those of
the authors' public checkpoints, beside the printed ones. The computations are in
`checks`, a file for each subject; Tables 1 to 6 as they are printed in `printed`.
"""

from dagmix.paper.examples import example_3_8, example_3_13
from dagmix.paper.remeasured import Match, Remeasured, Trend
from dagmix.paper.statements import Finding, Kind, Statement, Verdict
from dagmix.paper.tables import Measured, Name, Spread
from dagmix.paper.verification import Row, verify

__all__ = [
    "Finding",
    "Kind",
    "Match",
    "Measured",
    "Name",
    "Remeasured",
    "Row",
    "Spread",
    "Statement",
    "Trend",
    "Verdict",
    "example_3_8",
    "example_3_13",
    "verify",
]
