"""Sphinx configuration: strict, offline, every example executed."""

from __future__ import annotations

import argparse
import doctest
import os
import runpy
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike
from sphinx.util.typing import stringify_annotation

import dagmix
from dagmix.cli import parser
from dagmix.paper import Remeasured, presentation, remeasured_tables, verification

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "dagmix"
author = "The dagmix authors"
copyright = "2026, The dagmix authors"
version = release = dagmix.__version__

extensions = [
    "matplotlib.sphinxext.plot_directive",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx.ext.napoleon",
    "sphinxcontrib.katex",
]
exclude_patterns = ["_build", "_generated"]
nitpicky = True

myst_enable_extensions = ["amsmath", "deflist", "dollarmath"]
myst_heading_anchors = 3

# pyproject.toml sets the same two for pytest, which runs the same examples.
doctest_default_flags = doctest.ELLIPSIS | doctest.DONT_ACCEPT_TRUE_FOR_1
# The pages' own examples only: docstrings run under pytest, each in its module's namespace.
doctest_test_doctest_blocks = ""

autosummary_generate = False  # the tables link to the same page, there are no stubs
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_default_options = {"members": True}
# The reference describes what these two are needed for, also where they are not installed.
autodoc_mock_imports = [name for name in ("hypothesis", "torch") if find_spec(name) is None]
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
# Attributes are listed as Parameters are: their types are words, shapes and ranges, no names.
napoleon_custom_sections = [("Attributes", "params_style")]

# The build reads nothing from the network, hence no intersphinx inventory: types of the standard
# library and of the dependencies are shown but not linked.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(collections|enum|fractions|hypothesis|matplotlib|np|numpy|nx|pathlib|sympy|torch|typing)\..*",
    ),
    (r"py:.*", r"(Any|ArrayLike|Enum|Expr|Fraction|ImmutableMatrix|Iterable|Mapping|NDArray|Self)"),
    (r"py:.*", r"Node"),  # dagmix's own name for any hashable label
    (r"py:.*", r"Tensor|nn\.Module|Array"),  # of torch, and arrays of either library
    (r"py:.*", r"Budget|Value|Number|ObjectiveName"),  # unions of types
    (r"py:.*", r"(dagmix\.testing\.strategies\.)?Mixed"),  # and for either kind of mixture
    (r"py:.*", r"dagmix\.(graphs|operators)\.\w+\.(Nodes|MultiHead)"),  # labels; either mixture
    (r"py:.*", r"flint\..*|(matplotlib\.axes\.)?Axes|Poly"),  # of dependencies
    (r"py:.*", r"dagmix\.(_engine|_util|optimal\.two_heads)\..*"),  # private
]

# Pictures are drawn by the code that stands above them, while the pages are built.
plot_include_source = True
plot_html_show_formats = False
plot_html_show_source_link = False
plot_formats = ["svg"]
plot_apply_rcparams = True
plot_rcparams = {"savefig.transparent": True}  # pages.css makes them light on a dark page

# Formulas become MathML, which browsers draw with fonts of their own: no page loads anything from
# another host. tests/house/offline.py goes through the built pages and says so.
katex_css_path = "katex-math.css"
# In MathML KaTeX sets the names of functions without spaces, and not as subscripts: p_{\min}.
functions = ("cos", "exp", "inf", "lim", "ln", "log", "max", "min", "Pr", "sin", "sup")
macros = ", ".join(rf'"\\{name}": "\\mathop{{\\mathrm{{{name}}}}}"' for name in functions)
katex_options = f'"output": "mathml", "throwOnError": false, "macros": {{{macros}}}'

html_theme = "furo"
html_title = "dagmix"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["pages.css"]


def name_array_like(*event: str | None) -> tuple[str | None, str | None]:
    """Write ArrayLike in signatures, where autodoc writes out the union it stands for."""
    union = stringify_annotation(ArrayLike, "smart")
    arguments, returns = (text and text.replace(union, "ArrayLike") for text in event[-2:])
    return arguments, returns


def write_verdicts(app: Sphinx) -> None:
    """Write the rows of `dagmix verify`, computed now, for the page on the paper."""
    folder = Path(app.srcdir) / "_generated"
    folder.mkdir(exist_ok=True)
    rows = list(verification.verify())
    (folder / "verdicts.md").write_text(presentation.as_markdown(rows), encoding="utf-8")


def write_help(app: Sphinx) -> None:
    """Write what `dagmix COMMAND --help` prints, for the page on the command line."""
    os.environ["COLUMNS"] = "88"  # the width of a code block on the pages
    top = parser()
    commands = next(one for one in top._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001 - argparse lists its commands nowhere else
    helps = [("dagmix", top.format_help())]
    helps += [(f"dagmix {name}", one.format_help()) for name, one in commands.choices.items()]
    text = "\n".join(f"## {name}\n\n```text\n{text}```\n" for name, text in helps)
    (Path(app.srcdir) / "_generated" / "command_line.md").write_text(text, encoding="utf-8")


def write_kept_tables(app: Sphinx) -> None:
    """Write the tables of the pages on validity and design, from the data that were kept."""
    guide = Path(app.srcdir) / "guide"
    for subject in ("validity", "design"):
        page = runpy.run_path(str(guide / f"{subject}.py"))
        for name, table in page["tables"](guide).items():
            path = Path(app.srcdir) / "_generated" / f"{subject}_{name}.md"
            path.write_text(table, encoding="utf-8")


def write_published_tables(app: Sphinx) -> None:
    """Write the published tables and what was measured, for their page."""
    folder = Path(app.srcdir) / "_generated"
    folder.mkdir(exist_ok=True)
    for name, table in remeasured_tables.comparisons(Remeasured.kept()).items():
        text = remeasured_tables.as_markdown(table)
        (folder / f"published_{name}.md").write_text(f"{text}\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Connect the above to the build."""
    app.connect("builder-inited", write_verdicts)
    app.connect("builder-inited", write_help)
    app.connect("builder-inited", write_kept_tables)
    app.connect("builder-inited", write_published_tables)
    app.connect("autodoc-process-signature", name_array_like)
