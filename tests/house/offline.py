"""Do the built pages need a network? `python tests/house/offline.py docs/_build/html` says so.

A page may link anywhere, but what a browser loads to show it, scripts, styles, fonts, pictures
and frames, comes from the same folder. So do formulas: each is in the page as LaTeX, and the
script that sets it is there.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

ELSEWHERE = re.compile(r"(?:[a-z][a-z+.-]*:)?//", re.IGNORECASE)
IN_STYLES = re.compile(r"""(?:url\(|@import)\s*(?:url\()?\s*["']?([^"')\s;]+)""", re.IGNORECASE)
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LINKED = {"alternate", "author", "canonical", "help", "index", "license", "next", "prev", "search"}


class _Page(HTMLParser):
    """What a page loads: (line, address) for each."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[tuple[int, str]] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        line = self.getpos()[0]
        names = [] if tag == "a" else ["src", "data", "poster"]
        if tag == "image" or (tag == "link" and not set(found.get("rel", "").split()) <= LINKED):
            names += ["href", "xlink:href"]
        self.loaded += [(line, found[name]) for name in names if name in found]
        for part in found.get("srcset", "").split(","):
            self.loaded += [(line, address) for address in part.split()[:1]]
        self.loaded += [(line, address) for address in _addresses(found.get("style", ""))]
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.loaded += [(self.getpos()[0], address) for address in _addresses(data)]

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_style = False


def _addresses(style: str) -> list[str]:
    return IN_STYLES.findall(COMMENT.sub("", style))


def loaded_from_elsewhere(folder: Path) -> list[str]:
    """Return a line for each thing that a page or a style sheet loads from another host."""
    wrong = []
    for path in sorted(folder.rglob("*.html")):
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        wrong += [
            f"{path.relative_to(folder)}:{line}: {address}"
            for line, address in page.loaded
            if ELSEWHERE.match(address)
        ]
    for path in sorted(folder.rglob("*.css")):
        found = _addresses(path.read_text(encoding="utf-8"))
        wrong += [f"{path.relative_to(folder)}: {one}" for one in found if ELSEWHERE.match(one)]
    return wrong


def check(folder: Path) -> str:
    """Return how many pages load nothing from elsewhere; exit with what does, or without pages."""
    pages = len(list(folder.rglob("*.html")))
    if not pages:
        sys.exit(f"{folder}: no pages")
    if wrong := loaded_from_elsewhere(folder):
        sys.exit("\n".join(["loaded from another host:", *wrong]))
    return f"{pages} pages load nothing from another host\n"


if __name__ == "__main__":
    sys.stdout.write(check(Path(sys.argv[1])))
