"""`import dagmix` loads NumPy and little else; the rest comes when it is used."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import dagmix

HEAVY = ["networkx", "scipy.sparse", "scipy.special", "flint", "sympy", "rich", "matplotlib"]
ASK = """
import sys
from dagmix import FeedforwardDAG, MultiHeadDiffusion
head = FeedforwardDAG([("u", "v"), ("v", "w")])
MultiHeadDiffusion([head]).signal("u", 3)
{work}
print(*(name for name in {heavy} if name in sys.modules))
"""


def loaded(work: str = "") -> list[str]:
    """Which heavy packages a fresh interpreter has loaded after making a mixture and `work`."""
    script = ASK.format(work=work, heavy=HEAVY)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    return ran.stdout.split()


def test_the_package_and_a_signal_load_nothing_heavy() -> None:
    assert loaded() == []


def test_a_package_is_loaded_by_the_question_that_needs_it() -> None:
    assert loaded("head.longest_path") == ["networkx"]
    assert loaded("MultiHeadDiffusion([head]).minimax_fidelity()") == []
    assert loaded("FeedforwardDAG.union([head]).adjacency.components") == ["scipy.sparse"]
    assert loaded("MultiHeadDiffusion([head]).exact") == ["flint", "sympy"]


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [
        ("plotting", "matplotlib", "plot"),
        ("testing", "hypothesis", "testing"),
        ("torch_bridge", "torch", "torch"),
    ],
)
def test_a_missing_extra_is_named(module: str, package: str, extra: str) -> None:
    """In a fresh interpreter that cannot import the package."""
    script = f"import sys; sys.modules[{package!r}] = None; import dagmix.{module}"
    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    message = f"dagmix.{module} needs {package}: pip install 'dagmix[{extra}]'"
    assert ran.stderr.splitlines()[-1] == f"ModuleNotFoundError: {message}"


def test_a_wrong_attribute_is_an_error_with_a_suggestion() -> None:
    """As the interpreter prints it where nobody catches it."""
    command = [sys.executable, "-c", "import dagmix; dagmix.familes"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    message = "module 'dagmix' has no attribute 'familes'. Did you mean: 'families'?"
    assert ran.stderr.splitlines()[-1] == f"AttributeError: {message}"


def test_the_version_is_one() -> None:
    root = Path(__file__).parents[2]
    cited = (root / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {dagmix.__version__}\n" in cited
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"## \[([\d.]+)\]", changes)[0] == dagmix.__version__
