"""What a page loads from another host is found: the script that `.ci/run` asks, on small pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from house import offline

if TYPE_CHECKING:
    from pathlib import Path

LOCAL = """<html><head><link rel="stylesheet" href="_static/pages.css">
<link rel="canonical" href="https://example.org/page.html">
<script src="_static/katex.min.js"></script>
<style>p { background: url(data:image/png;base64,AAAA) } /* url(https://example.org) */</style>
</head><body><a href="https://arxiv.org/abs/2507.02944">paper</a> \\(T(\\varepsilon)\\) https://example.org
<img src="hero.svg" srcset="hero.svg 1x, hero2.svg 2x"></body></html>"""


def built(folder: Path, page: str, style: str = "") -> Path:
    (folder / "guide").mkdir()
    (folder / "guide" / "page.html").write_text(page, encoding="utf-8")
    (folder / "pages.css").write_text(style, encoding="utf-8")
    return folder


def test_links_are_no_loads(tmp_path: Path) -> None:
    """Links, canonical addresses, comments and data in the page itself are none."""
    folder = built(tmp_path, LOCAL, "@import 'local.css'; /* @import 'https://example.org/x' */")
    assert offline.loaded_from_elsewhere(folder) == []
    assert offline.check(folder) == "1 pages load nothing from another host\n"


@pytest.mark.parametrize(
    "page",
    [
        '<script src="https://cdn.example.org/mathjax.js"></script>',
        '<script async src="//cdn.example.org/mathjax.js"></script>',
        '<link rel="stylesheet" href="HTTPS://cdn.example.org/katex.css">',
        '<link rel="preconnect" href="https://fonts.example.org">',
        '<img alt="" src="http://example.org/badge.svg">',
        '<img alt="" srcset="hero.svg 1x, https://example.org/hero.svg 2x">',
        '<iframe src="https://example.org"></iframe>',
        '<object data="https://example.org/rooms.svg"></object>',
        '<svg><image xlink:href="https://example.org/x.png"></image></svg>',
        '<style>@font-face { src: url("https://fonts.example.org/a.woff2") }</style>',
        '<p style="background: url(//example.org/x.png)">x</p>',
    ],
)
def test_what_a_page_loads_from_elsewhere_is_named(tmp_path: Path, page: str) -> None:
    folder = built(tmp_path, f"<html>\n{page}</html>")
    (wrong,) = offline.loaded_from_elsewhere(folder)
    assert wrong.startswith("guide/page.html:2: ")
    assert "example.org" in wrong
    with pytest.raises(SystemExit, match=r"another host:\nguide/page.html:2"):
        offline.check(folder)


@pytest.mark.parametrize(
    "style",
    [
        "@font-face { src: url(https://fonts.example.org/a.woff2) format('woff2') }",
        "@import 'https://fonts.example.org/a.css';",
        '@import url("//fonts.example.org/a.css");',
    ],
)
def test_what_a_style_sheet_loads_from_elsewhere_is_named(tmp_path: Path, style: str) -> None:
    (wrong,) = offline.loaded_from_elsewhere(built(tmp_path, LOCAL, style))
    assert wrong.startswith("pages.css: ")
    assert "fonts.example.org/a." in wrong


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no pages"):
        offline.check(tmp_path)
