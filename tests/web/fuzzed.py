"""Archives whose signed log says something that no writer of ours would: values of another kind, keys gone or added."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from evidence_kit.keys.station import SigningKey
from tests.attacks.conftest import Material
from tests.attacks.liar import Line, tells, told_anew
from tests.attacks.rebuild import Members, pack, unpack

VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 2**53 - 1, "", "0", "1", " 1", "E000001", "E000002", "E999999", "٣", "a" * 300,
    [], [[]], [1], [[1, 1]], [[1, 3], [2, 4]], [[True, 3]], ["E000001"], {}, {"line": 2}, {"type": "note"},
    "0" * 64, "ssh-ed25519 AAAA", "destroyed", "signer.removed", "item.kept", "anchored", "case.opened",
)  # fmt: skip
# What may stand in clear, each with a value that could be right.
TOLD: dict[str, dict[str, Any]] = {
    "anchored": {"line": 2, "token": "MAMCAQA="},
    "destroyed": {"objects": ["E000002"], "bodies": [{"line": 5, "sha256": "0" * 64}]},
    "reader.granted": {"key": "K0009", "sha256": "0" * 64},
    "recipient.changed": {"recipient": "age1"},
    "signer.added": {"signer": SigningKey.from_seed(bytes(range(7, 39))).public.line},
    "signer.removed": {"signer": SigningKey.from_seed(bytes(range(32, 64))).public.line},
}


def archives(material: Material, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield as many archives; the same for the same seed."""
    members = unpack(material.sealed.archive.read_bytes())
    for number in range(count):
        name, changed = _one(members, material, random.Random(seed * 1_000_003 + number))
        yield f"{seed}/{number}: {name}", pack(changed)


def _one(members: Members, material: Material, chance: random.Random) -> tuple[str, Members]:
    done: list[str] = []

    def change(lines: list[Line]) -> None:
        done.extend(_lie(lines, chance) for _ in range(chance.choice((1, 1, 1, 2, 3))))

    changed = told_anew(members, material.key, change)
    return "; ".join(done), changed


def _lie(lines: list[Line], chance: random.Random) -> str:
    if chance.random() < 0.3:
        kind = chance.choice(list(TOLD))
        clear = {name: copy.deepcopy(chance.choice((usual, *VALUES))) for name, usual in TOLD[kind].items()}
        tells(kind, clear)(lines)
        return f"{kind} {clear}"
    # The plan is what most hangs on.
    at = max(0, len(lines) - 2) if chance.random() < 0.3 else chance.randrange(len(lines))
    line = lines[at]
    opened, fields = line.opened, line.fields
    kind = chance.choice(("opened", "opened", "clear", "clear", "field", "drop", "twice", "close"))
    if kind == "drop":
        del lines[at]
    elif kind == "twice":
        lines.insert(at, copy.deepcopy(line))
    elif kind == "close":
        line.opened = None
    elif kind == "clear":
        said: Any = fields.get("clear")
        told: dict[str, Any] = dict(said) if isinstance(said, dict) else {"type": chance.choice(VALUES)}
        what = _changed(told, chance)
        if "sig" not in fields:
            before = fields.pop("prev", "")
            fields |= {"clear": told, "prev": before}
            if opened is not None and chance.random() < 0.8:
                opened["clear"] = copy.deepcopy(told)
        return f"line {at + 1} clear {what}"
    elif kind == "opened" and opened is not None:
        return f"line {at + 1} opening {_changed(opened, chance)}"
    else:
        return f"line {at + 1} field {_changed(fields, chance)}"
    return f"line {at + 1} {kind}"


def _changed(told: dict[str, Any], chance: random.Random) -> str:
    """Change one value anywhere below, or take it away, or add one."""
    place: Any = told
    trail = ""
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys or chance.random() < 0.1:
            break
        key = chance.choice(keys)
        trail += f".{key}"
        if not isinstance(place[key], (dict, list)) or not place[key] or chance.random() < 0.4:
            if chance.random() < 0.15:
                del place[key]
                return f"{trail} gone"
            # A list of one, or digits in quotes: what one language takes for the thing itself, and another does not.
            before = place[key]
            place[key] = copy.deepcopy(chance.choice((*VALUES, *([[before], str(before)] * 6))))
            return f"{trail} = {place[key]!r}"
        place = place[key]
    value = copy.deepcopy(chance.choice(VALUES))
    if isinstance(place, dict):
        name = chance.choice(("line", "token", "objects", "bodies", "signer", "recipient", "key", "form", "volumes"))
        place[name] = value
    else:
        place.append(value)
    return f"{trail} + {value!r}"
