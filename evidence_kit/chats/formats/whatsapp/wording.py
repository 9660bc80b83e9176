"""The sentences that WhatsApp itself writes into an export, in English, French and Arabic."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evidence_kit.chats.folding import DIRECTION_MARKS, fold_wording
from evidence_kit.chats.message import Flag, MessageKind

_SHORT = 160
_ONE_LINE = 600
_M = f"[{DIRECTION_MARKS}]*"
_V = "[\u064b-\u0652]?"

_OMITTED = """
<Media omitted> | <Médias omis> | <Fichier omis> | <تم استبعاد الوسائط> | <View once voice message omitted>
image omitted | image absente | لم يتم إدراج الصورة
video omitted | vidéo absente | لم يتم إدراج الفيديوهات | video note omitted
audio omitted | audio omis | لم يتم إدراج المقاطع الصوتية
sticker omitted | sticker omis | تم حذف الملصقات
GIF omitted | GIF retiré | لم يتم إدراج صورة GIF
Contact card omitted | Fiche contact manquante | لم يتم إدراج بطاقة جهة اتصال
"""
_DELETED = "This message was deleted | Ce message a été supprimé | تم حذف هذه الرسالة"
_DELETED_BY_SELF = """
You deleted this message | Vous avez supprimé ce message | أنت حذفت هذه الرسالة | لقد حذفت هذه الرسالة
"""
_CALLS = """
Missed voice call | Appel vocal manqué | مكالمة صوتية فائتة
Missed video call | Appel vidéo manqué | مكالمة فيديو فائتة
Missed group voice call | Missed group video call | Voice call | Video call | Appel vocal | Appel vidéo
مكالمة صوتية | مكالمة فيديو | Silenced voice call | Silenced video call
"""

_ATTACHED = re.compile(
    rf"{_M}(?P<android>[^\n]+?){_M} \({_M}(?:file attached|fichier joint|(?:ال)?م{_V}لف م{_V}رفق){_M}\)"
    rf"|{_M}<{_M}(?:attached|pièce jointe|(?:ال)?م{_V}رفق)[^\S\n]?:[^\S\n]*{_M}(?P<ios>[^\n]+?){_M}>"
    rf"|{_M}(?P<old>[^\n<]+?) <(?:attached|pièce jointe)>",
)
_EDITED = re.compile(
    rf"{_M}<{_M}(?:This message was edited|Ce message a été modifié|تم{_V} تعديل هذه الرسالة){_M}>{_M}\Z"
)
_LOCATION = re.compile(rf"{_M}(?:location|localisation|الموقع)[^\S\n]?:[^\S\n]*{_M}https?://\S*maps\S*", re.I)
_LIVE_LOCATION = re.compile(rf"{_M}(?:live location shared|localisation en direct partagée)", re.IGNORECASE)
_POLL = re.compile(rf"{_M}(?:POLL|SONDAGE|استطلاع[^\n:]*)[^\S\n]?:", re.IGNORECASE)
_DOCUMENT = re.compile(
    rf"{_M}(?P<name>[^\n]+?)(?: • [^\n]*?)?[ \u00a0\u202f{DIRECTION_MARKS}]"
    rf"(?:document omitted|document manquant|لم يتم إدراج المستند){_M}\Z"
)
_SUBJECT = re.compile(
    r"(?:changed the (?:subject|group name|group description)|created group"
    r"|a changé le (?:sujet|nom)|a créé le groupe|غي[\u0651]?ر اسم|قام بتغيير|أنشأ المجموعة).*[\"“«]"
)
_OWN = tuple(DIRECTION_MARKS[:3])


def _folded(phrases: str) -> set[str]:
    return {fold_wording(phrase) for line in phrases.splitlines() for phrase in line.split("|") if phrase.strip()}


_NONE: frozenset[Flag] = frozenset()
_EXACT: dict[str, tuple[MessageKind, frozenset[Flag]]] = {
    **dict.fromkeys(_folded(_OMITTED), (MessageKind.MEDIA_OMITTED, _NONE)),
    **dict.fromkeys(_folded(_DELETED), (MessageKind.DELETED, frozenset({Flag.DELETED}))),
    **dict.fromkeys(_folded(_DELETED_BY_SELF), (MessageKind.DELETED, frozenset({Flag.DELETED, Flag.DELETED_BY_SELF}))),
    **dict.fromkeys(_folded(_CALLS), (MessageKind.CALL, _NONE)),
    "null": (MessageKind.UNSUPPORTED, _NONE),
}
_LONGEST = max(map(len, _EXACT)) + 12
_FIRST_LETTERS = frozenset(letter for phrase in _EXACT for letter in (phrase[0], phrase[0].upper()))
_BEGINS_A_CALL = tuple(sorted(_folded(_CALLS)))


@dataclass(frozen=True, slots=True)
class Wording:
    """What the app's own words say about a message.

    Attributes:
        kind: What it is.
        flags: What else.
        file_name: A file that came with it.
        omitted_name: A file that was left out, where its name is told.
    """

    kind: MessageKind
    flags: frozenset[Flag] = _NONE
    file_name: str | None = None
    omitted_name: str | None = None


TEXT = Wording(MessageKind.TEXT)


def worded(body: str) -> Wording:
    """Return what the words of a message say it is; `TEXT` for anything that a person wrote.

    Looks closer only where the app's words can be: nearly all messages are told by a few searches for one
    character. Names and phrases stand at the beginning or the end, so no more than that is looked at.
    """
    if "<" in body or "(" in body or ":" in body or "\u200e" in body or "\u200f" in body:
        return _looked_at(body)
    return _exact(body)


def is_about_the_group(sender: str) -> bool:
    """Return whether what stands before a colon is a sentence of the app, and no name."""
    return len(sender) > 20 and _SUBJECT.search(sender) is not None


def _exact(body: str) -> Wording:
    if len(body) > _LONGEST or body[:1] not in _FIRST_LETTERS:
        return TEXT
    found = _EXACT.get(fold_wording(body))
    return TEXT if found is None else Wording(*found)


def _looked_at(body: str) -> Wording:  # noqa: PLR0911 - one return for each kind of wording
    edited = _EDITED.search(body[-_SHORT:])
    flags = frozenset({Flag.EDITED}) if edited else _NONE
    if edited:
        body = body.removesuffix(edited[0]).rstrip()
    lines, body = body.count("\n"), body[:_ONE_LINE]
    by_app = body.startswith(_OWN)
    flags |= {Flag.APP_GENERATED} if by_app else _NONE
    if attached := _ATTACHED.match(body):
        name = attached["android"] or attached["ios"] or attached["old"]
        kind = MessageKind.CONTACT if name.casefold().endswith(".vcf") else MessageKind.MEDIA
        return Wording(kind, flags, file_name=name)
    if _LOCATION.match(body) or _LIVE_LOCATION.match(body):
        return Wording(MessageKind.LOCATION, flags)
    if _POLL.match(body) and lines >= 2:
        return Wording(MessageKind.POLL, flags)
    if document := _DOCUMENT.match(body):
        return Wording(MessageKind.MEDIA_OMITTED, flags, omitted_name=document["name"])
    found = _exact(body.strip(DIRECTION_MARKS))
    if found is not TEXT:
        return Wording(found.kind, found.flags | flags)
    if by_app:
        called = fold_wording(body[:_SHORT]).startswith(_BEGINS_A_CALL)
        return Wording(MessageKind.CALL if called else MessageKind.SYSTEM, flags)
    return Wording(MessageKind.TEXT, flags)
