"""The ties between the attachments that a conversation names and the items of the case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from evidence_kit.chats.side_texts import CARD_ENDING, carried_key
from evidence_kit.custody.manifest import CaseObject, FoundAt, Item, Manifest, Witnessed

_LONGEST_NAME = 1000
# Snapchat names a file by the day and the identifier that stands in the message.
_DATED = re.compile(r"\d{4}-\d\d-\d\d_(?P<native>.{8,}?)(?:\.[A-Za-z0-9]{1,8})?")
# Signal names a file by a digest; which ending it gets, its programs do not agree on.
_HASHED = re.compile(r"(?P<digest>[0-9a-f]{64})(?:\.[A-Za-z0-9]{1,8})?")
# A name that an app made of a digest, an identifier or a moment: no two files bear it by chance. One of a day and a
# count, such as IMG-20250428-WA0007.jpg, is none: every phone counts for itself, from 0 on each day.
_UNMISTAKABLE = re.compile(r"^\d{8}-[A-Z]+-\d{4}|[0-9a-f]{32}|(?<![\w~-])(?!\w+-\d{8}-WA\d{4})[\w~-]{20,}", re.ASCII)
# What stands in an encrypted backup stands, for whatever is named in it, where the backup does.
_ENCRYPTED = re.compile(r".+\.crypt\d{1,2}", re.IGNORECASE)
_LARGEST_TEXT = 1 << 16
_MOST_TEXTS, _MOST_TEXT_BYTES = 500, 1 << 20
_DOUBTS = ("elsewhere", "other-container", "other-source")


class AttachmentTies:
    """Finds the items that a chat's attachments are, by the ends of their paths; witnessed files too.

    An item is one that came with the message when it lies in the same container, or on the same phone, and there in the
    chat's own folder or below it; else under the very path that the message gives, from a folder around the chat, or
    the unmistakable name. Where those that fit have different bytes, all of them are given, since nobody can say which.
    Others that bear the name are no more than perhaps.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._named: dict[str, list[tuple[FoundAt, CaseObject]]] = {}
        self._dated: dict[str, list[tuple[FoundAt, CaseObject]]] = {}
        self._within: dict[tuple[Any, ...], CaseObject] = {}
        self._members: dict[str, list[CaseObject]] = {}
        self._items = manifest.items
        self._texts = [(each.place, each) for each in manifest.included if _is_text_of_a_message(each)]
        listed: list[CaseObject] = [*manifest.included, *manifest.left_out]
        for each in listed:
            for place in (each.place, *each.also_at):
                self._named.setdefault(_last(place.path), []).append((place, each))
                if dated := _DATED.fullmatch(_last(place.path)):
                    self._dated.setdefault(dated["native"], []).append((place, each))
                if hashed := _HASHED.fullmatch(_last(place.path)):
                    self._dated.setdefault(hashed["digest"], []).append((place, each))
                if place.container is not None:
                    self._members.setdefault(place.container, []).append(each)
            self._inside(each)

    def _inside(self, each: CaseObject) -> None:
        within = each.facts.get("within")
        if each.place.container is not None and isinstance(within, Mapping):
            self._within[_stood(each.place.container, within)] = each
        for container, again in each.also_within:
            self._within.setdefault(_stood(container, again), each)

    def inside(self, told: Mapping[str, Any], chat: Item) -> CaseObject | None:
        """Return the item that stands inside of a message, None when nobody took it out."""
        where = told.get("inside")
        if not isinstance(where, Sequence) or len(where) != 2:
            return None
        return self._within.get((chat.id, where[0], where[1], told.get("part")))

    def left_out(self, chat: Item, locator: Any) -> list[CaseObject]:  # noqa: ANN401 - from a worker
        """Return the files that once stood inside of a message, of which the case holds only the rest.

        Such a text lies in the container that it is the rest of, and so do its pictures, each with the offsets that it
        had there. A picture that was met before in another container has none here; it is the one when no other is.
        """
        if not chat.facts.get("without") or chat.place.container is None or not isinstance(locator, Mapping):
            return []
        start, end = locator.get("start"), locator.get("end")
        if not isinstance(start, int) or not isinstance(end, int):
            return []
        among = self._members.get(chat.place.container, ())
        members = [each for each in among if isinstance(each, Witnessed) or _was_left_out(each)]
        runs = sorted(_runs(members, chat.place.container), key=lambda run: run[0])
        found: list[CaseObject] = []
        gone = 0
        for first, last, each in runs:
            if start <= first - gone <= end:
                found.append(each)
            gone += last - first
        return found if runs or len(members) != 1 else members

    def items_named(self, name: str, chat: Item) -> tuple[tuple[CaseObject, ...], tuple[CaseObject, ...], str | None]:
        """Return the items that a name in a chat means: one when sure; the possible ones; and why only possible."""
        name = name[:_LONGEST_NAME].replace("\\", "/").removeprefix("./")
        fits = [(place, item) for place, item in self._named.get(_last(name), ()) if _ends_in(place.path, name)]
        if not fits:
            hashed = _HASHED.fullmatch(_last(name))
            fits = self._dated.get(name) or self._dated.get(hashed["digest"] if hashed else "", [])
        stands = self._outside(chat)
        judged = [
            (None if _given_with(chat, stands, place, item) else _doubt(place, stands, name), place, item)
            for place, item in fits
        ]
        sure = {item.id: item for doubt, place, item in judged if doubt is None and _is_beside(place, stands)}
        sure = sure or {item.id: item for doubt, _, item in judged if doubt is None}
        if sure:
            return tuple(sure.values()), (), None
        reasons = [doubt for doubt in _DOUBTS if doubt in {each for each, _, _ in judged}]
        if not reasons:
            return (), (), None
        nearest = {item.id: item for doubt, _, item in judged if doubt == reasons[0]}
        return (), tuple(nearest.values()), reasons[0]

    def texts_beside(self, chat: Item) -> dict[str, Item]:
        """Return the small files that lie with a chat and whose words are those of messages, by their paths.

        Contact cards, and texts under a name that Signal gives: where a message is long, its rest stands in one.
        """
        found: dict[str, Item] = {}
        size_bytes = 0
        stands = self._outside(chat)
        for place, item in self._texts:
            within = item.facts.get("within")
            if place.container == chat.id and isinstance(within, Mapping):
                start, end, part = (within.get(name) for name in ("start", "end", "part"))
                if isinstance(start, int) and isinstance(end, int) and isinstance(part, int):
                    found[carried_key(start, end, part)] = item
                continue
            if _doubt(place, stands, "") is not None and not _given_with(chat, stands, place, item):
                continue
            size_bytes += item.size_bytes
            if len(found) == _MOST_TEXTS or size_bytes > _MOST_TEXT_BYTES:
                break
            found[place.path] = item
        return found

    def _outside(self, chat: Item) -> FoundAt:
        """Return where a chat stands; of one out of an encrypted backup, where the backup does."""
        backup = self._items.get(chat.place.container or "")
        return backup.place if backup is not None and _ENCRYPTED.fullmatch(_last(backup.place.path)) else chat.place


def _is_text_of_a_message(item: Item) -> bool:
    name = _last(item.place.path)
    known = name.casefold().endswith(CARD_ENDING) or (item.family == "text" and _HASHED.fullmatch(name) is not None)
    return known and item.size_bytes <= _LARGEST_TEXT


def _last(path: str) -> str:
    return PurePosixPath(path.replace("\\", "/")).name


def _runs(members: Iterable[CaseObject], container: str) -> Iterator[tuple[int, int, CaseObject]]:
    """Yield from where to where each of them stood in the container."""
    for each in members:
        within = each.facts.get("within")
        if each.place.container != container or not isinstance(within, Mapping):
            continue
        # In a text written anew it is known where it would stand; in one that was cut, where it stood.
        start, end = within.get("stood", within.get("start")), within.get("stood", within.get("end"))
        if isinstance(start, int) and isinstance(end, int):
            yield start, end, each


def _ends_in(path: str, name: str) -> bool:
    return f"/{path}".endswith(f"/{name}")


def _stood(container: str, within: Mapping[str, Any]) -> tuple[Any, ...]:
    return container, within.get("start"), within.get("end"), within.get("part")


def _doubt(place: FoundAt, chat: FoundAt, name: str) -> str | None:
    """Return why a file of that name need not be the one that came with a message; None where it surely is."""
    if place.container != chat.container:
        return "other-container"
    if place.container is None and place.path.partition("/")[0] != chat.path.partition("/")[0]:
        return "other-source"
    above = place.path.removesuffix(name)
    named_from_above = name.count("/") > 1 and above != place.path and chat.path.startswith(above)
    sure = _is_beside(place, chat) or named_from_above or _UNMISTAKABLE.search(_last(name))
    return None if sure else "elsewhere"


def _given_with(chat: Item, stands: FoundAt, place: FoundAt, item: CaseObject) -> bool:
    """Say whether a chat and a file were named one by one for one ingest: then they lie side by side, without a folder.

    Somebody who opens the folder and gives what is in it does so. One commit is surely of one ingest.
    """
    plain = stands.container is None and place.container is None and place == item.place
    return plain and "/" not in stands.path and "/" not in place.path and item.time == chat.time


def _is_beside(place: FoundAt, chat: FoundAt) -> bool:
    """Say whether a file lies in a chat's own folder or below it."""
    folder = chat.path.rpartition("/")[0]
    return not folder or place.path.startswith(f"{folder}/")


def _was_left_out(each: CaseObject) -> bool:
    """Say whether it stood in a text that was written anew without it."""
    within = each.facts.get("within")
    return isinstance(within, Mapping) and "stood" in within
