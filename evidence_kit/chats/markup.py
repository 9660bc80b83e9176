"""Reads a piece of hostile HTML into a small tree: no recursion, no error, no network."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<end>/?)(?P<tag>[A-Za-z][\w:.\-]{0,60}+)(?P<attributes>(?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>"
    r"|<[!?][^<>]*+>"
    r"|[^<]++|<",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=/\"'<>]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++)))?+")
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_BLOCKS = frozenset({"div", "p", "tr", "li"})
_UNSEEN = frozenset({"script", "style", "head", "template"})


@dataclass(slots=True)
class MarkupNode:
    """An element; `children` are elements and texts in order.

    Attributes:
        end: Index in the text behind its closing tag; the end of the text when it has none.
    """

    tag: str
    attributes: dict[str, str]
    children: list[MarkupNode | str] = field(default_factory=list)
    end: int = 0

    def classes(self) -> frozenset[str]:
        """Return its classes."""
        return frozenset(self.attributes.get("class", "").split())

    def walk(self) -> Iterator[MarkupNode]:
        """Yield this element and all inside, in the order of the text."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(child for child in reversed(node.children) if isinstance(child, MarkupNode))

    def find(self, *names: str) -> MarkupNode | None:
        """Return the first element that has all these classes."""
        wanted = frozenset(names)
        return next((node for node in self.walk() if wanted <= node.classes()), None)

    def text(self) -> str:
        """Return the text inside as shown; `br` and the borders of blocks are line ends."""
        told: list[str] = []
        waiting: list[MarkupNode | str | None] = [self]
        ends = False
        while waiting:
            item = waiting.pop()
            if item is None:
                ends = True
                continue
            # A line ends where a block begins, and where it ends and more follows.
            begins = isinstance(item, MarkupNode) and item.tag in _BLOCKS
            if (ends or begins) and told and not told[-1].endswith("\n"):
                told.append("\n")
            ends = False
            if isinstance(item, str):
                told.append(item)
            elif item.tag == "br":
                told.append("\n")
            elif item.tag not in _UNSEEN:
                if begins:
                    waiting.append(None)
                waiting.extend(reversed(item.children))
        return "".join(told)


def parse_markup(text: str) -> MarkupNode:
    """Return a root whose children are the elements and texts in order; unclosed elements end with it."""
    root = MarkupNode("", {})
    open_nodes = [root]
    opened: dict[str, int] = {}
    for token in _TOKEN.finditer(text):
        tag = token["tag"]
        if tag is None:
            if token[0][:2] not in {"<!", "<?"}:
                open_nodes[-1].children.append(html.unescape(token[0]))
            continue
        tag = tag.lower()
        if token["end"]:
            if opened.get(tag, 0):
                _close(open_nodes, opened, tag, token.end())
            continue
        node = MarkupNode(tag, _attributes(token["attributes"]), end=len(text))
        open_nodes[-1].children.append(node)
        if tag not in _VOID and not token["attributes"].endswith("/"):
            open_nodes.append(node)
            opened[tag] = opened.get(tag, 0) + 1
    root.end = len(text)
    return root


def shown_lines(text: str) -> str:
    """Return a text as a browser shows it: spaces of the source run together, no empty lines around."""
    shown = "\n".join(" ".join(line.split(" ")).strip(" \t\r") for line in text.split("\n"))
    return shown.strip("\n")


def _close(open_nodes: list[MarkupNode], opened: dict[str, int], tag: str, end: int) -> None:
    while True:
        node = open_nodes.pop()
        opened[node.tag] -= 1
        node.end = end
        if node.tag == tag:
            return


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), html.unescape(double or single or bare))
    return found
