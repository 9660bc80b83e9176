"""JSON in whatever text: values that a parser of one language takes for something else than another's does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Raw:
    """JSON that stands as it is written, whether or not it is any.

    Attributes:
        text: Its bytes.
    """

    text: bytes


class Pairs(list[tuple[str, Any]]):
    """An object as its keys and values one behind the other, so that a key may stand twice."""


Change = Callable[[Any], Any]


def compact(value: Any) -> bytes:
    """Return a value the way `JSON.stringify` writes it, raw stretches as they are."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, (dict, Pairs)):
        pairs = value.items() if isinstance(value, dict) else value
        return b"{" + b",".join(_text(key) + b":" + compact(inner) for key, inner in pairs) + b"}"
    if isinstance(value, (list, tuple)):
        return b"[" + b",".join(compact(inner) for inner in value) + b"]"
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value).encode("ascii")


def _text(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _deep(levels: int, inner: bytes = b"0") -> Raw:
    return Raw(b"[" * levels + inner + b"]" * levels)


NUMBERS: tuple[Any, ...] = (
    *(0, 1, -1, 2, 3, 2**31, 2**32, 2**53 - 1, -(2**53 - 1)),
    *(Raw(text) for text in (
        b"9007199254740992", b"9007199254740993", b"-9007199254740993", b"18446744073709551616", b"1" + b"0" * 400,
        b"7" * 5000, b"-" + b"7" * 5000, b"1" + b"0" * 21, b"-0", b"00", b"01", b"+1", b"1.", b".5", b"1.0", b"2.0", b"2.5", b"-0.0",
        b"1e0", b"1e1", b"1E1", b"1e+1", b"1e400", b"-1e400", b"1e-400", b"0x10", b"1_0", b"NaN", b"Infinity", b"-Infinity",
    )),
)  # fmt: skip
TEXTS: tuple[Any, ...] = (
    *("", "0", "1", " 1", "1 ", "2.0", "٣", "a" * 300, "é", "e\u0301", "\u2028", "\ufeff", "\x7f", "\x00", "\n", "😀", "\ud800", "\udc00\ud800"),
    *("E000001", "E000002", "E0000001", "E000001\n", "e000001", "E000009", "E٠٠٠٠٠٠١", "W000001"),
    *("0" * 64, "A" * 64, "0" * 63 + "\n", "note", "item.kept", "case.opened", "destroyed", "anchored", "seal.begun"),
    *("__proto__", "constructor", "toString", "age1", "ssh-ed25519 AAAA", "LRC-2026-0001", "K0001", "evidence-kit/1", "evidence-kit/2"),
    *(Raw(text) for text in (
        b'"\\u0041"', b'"\\/"', b'"\\ud800"', b'"\\udc00"', b'"\\ud83d\\ude00"', b'"\\u007f"', b'"\\u001F"', b'"\\t"', b'"\\u0009"',
        b'"\t"', b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b"'a'", b'"a', b'"\\x41"',
    )),
)  # fmt: skip
OTHERS: tuple[Any, ...] = (
    *(None, True, False, [], {}, [[]], [1], [True], [[1, 1]], [[1, 3]], [[1, 3], [2, 4]], [[True, 3]], [[3, 1]], [[1, 2, 3]], [1, 2]),
    *([[1, 3], [5, 5]], ["E000001"], ["E000001", "E000001"], [None], {"line": 2}, {"type": "note"}, {"length": 2}, {"0": 1}, {"01": 1}),
    *({"-1": 1}, {"4294967295": 1}, {"__proto__": {"type": "note"}}, {"": ""}, {"\ud800": 1}, Pairs([("a", 1), ("a", 1)])),
    *(Pairs([("b", 1), ("a", 2), ("b", 3)]), Pairs([("__proto__", 1), ("__proto__", 2)])),
    *(_deep(levels) for levels in (60, 61, 62, 63, 64, 65, 500, 990, 1100, 20_000)), Raw(b'{"a":' * 62 + b"1" + b"}" * 62),
    *(Raw(b'{"a":' * 63 + b"1" + b"}" * 63), Raw(b'{"a":' * 61 + b'{"1":1}' + b"}" * 61), _deep(63, b""), _deep(62, b"{}")),
    *(Raw(text) for text in (b"[1,]", b"[ 1]", b"{}\n", b" {}", b"undefined", b"nul", b"[1}", b"", b"/**/1", b"[1]//", b"\xef\xbb\xbf1", b"\xc2\xa01")),
)  # fmt: skip
VALUES: tuple[Any, ...] = (*NUMBERS, *TEXTS, *OTHERS)


def _list_of_one(value: Any) -> Any:
    return [value]


def _in_quotes(value: Any) -> Any:
    return compact(value).decode("utf-8", "replace") if not isinstance(value, str) else [[value]]


def _with_a_point(value: Any) -> Any:
    return Raw(compact(value) + (b".0" if isinstance(value, int) else b" "))


def _with_an_exponent(value: Any) -> Any:
    return Raw(compact(value) + (b"e0" if isinstance(value, int) else b"\t"))


def _true_for_one(value: Any) -> Any:
    return {1: True, 0: False}.get(value) if isinstance(value, int) else {"value": value}


def _one_more(value: Any) -> Any:
    return value + 1 if isinstance(value, int) else f"{value}x" if isinstance(value, str) else [value, value]


def _one_less(value: Any) -> Any:
    return value - 1 if isinstance(value, int) else value[:-1] if isinstance(value, (str, list)) else None


def _with_an_end(value: Any) -> Any:
    return value + "\n" if isinstance(value, str) else Raw(compact(value) + b"\n")


def _padded(value: Any) -> Any:
    return value + "=" if isinstance(value, str) else [*value, None] if isinstance(value, list) else None


def _upper(value: Any) -> Any:
    return value.swapcase() if isinstance(value, str) else -value if isinstance(value, int) else value


def _escaped(value: Any) -> Any:
    if not isinstance(value, str) or not value:
        return Raw(b"[" + compact(value) + b",]")
    return Raw(b'"\\u%04x' % ord(value[0]) + compact(value[1:])[1:])


def _said_twice(value: Any) -> Any:
    if isinstance(value, dict):
        return Pairs([*value.items(), *list(value.items())[:1]])
    return [*value, *value] if isinstance(value, list) else value


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(reversed(value.items()))
    return value[::-1] if isinstance(value, (str, list)) else value


def _with_more(value: Any) -> Any:
    return value | {"more": 1} if isinstance(value, dict) else [*value, 1] if isinstance(value, list) else value


# What is made of the value that stands there: the same thing in another dress.
CHANGES: tuple[Change, ...] = (
    _list_of_one, _in_quotes, _with_a_point, _with_an_exponent, _true_for_one, _one_more, _one_less, _with_an_end, _padded,
    _upper, _escaped, _said_twice, _turned, _with_more,
)  # fmt: skip
