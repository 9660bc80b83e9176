"""WhatsApp in the language of the phone: the file decides before the words, and words in no table are said to be so."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from evidence_kit.chats.format import Surroundings
from evidence_kit.chats.formats.whatsapp import phrases as tables
from evidence_kit.chats.formats.whatsapp.phrases import all_phrases
from evidence_kit.chats.message import AttachmentStatus, Message, MessageFlag, MessageKind
from evidence_kit.chats.registry import NoChat, Recognised, recognise_format
from evidence_kit.chats.worker import reading_facts as survey
from tests.chats.reading import decided, entries_of, messages_of

NAME = "whatsapp-text"
FOLDER = Path(tables.__file__).with_name("phrases")
LANGUAGES = sorted(path.stem for path in FOLDER.glob("*.json"))
PHOTO = "00000012-PHOTO-2026-09-28-21-29-40.jpg"
NAMES = frozenset({PHOTO, "IMG-20260928-WA0014.jpg", "00000003-liste.pdf", "contrat final.docx", "Compte.vcf"})


def one(body: str, beside: frozenset[str] | None = NAMES) -> Message:
    return messages_of(f"[28/09/2026, 21:29:02] Nadia: {body}\n".encode(), NAME, Surroundings("_chat.txt", beside))[0]


def table(language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_attachment_is_known_in_every_language(language: str) -> None:
    for phrase in table(language).get("attached", []):
        for mark in ("", "\u200e") if set(phrase) & set("<(（") else ("\u200e",):
            message = one(mark + phrase.replace("{}", PHOTO))
            assert message.kind is MessageKind.MEDIA, phrase
            assert [each.name_in_source for each in message.attachments] == [PHOTO], phrase
            assert message.attachments[0].status is AttachmentStatus.PRESENT


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_left_out_or_deleted_is_known_in_every_language(language: str) -> None:
    kinds = {
        "omitted": MessageKind.MEDIA_OMITTED,
        "deleted": MessageKind.DELETED,
        "live_location": MessageKind.LOCATION,
    }
    for name, kind in kinds.items():
        for phrase in table(language).get(name, []):
            assert (phrase, one("\u200e" + phrase).kind) == (phrase, kind)
    for phrase in table(language).get("deleted_by_admin", []):
        if len(phrase) > 16:
            assert one("\u200e" + phrase.replace("{}", "Karim")).kind is MessageKind.DELETED, phrase
    for phrase in table(language).get("edited", []):
        message = one(f"paye \u200e{phrase}")
        assert (message.kind, message.flags) == (MessageKind.TEXT, frozenset({MessageFlag.EDITED}))


@pytest.mark.parametrize("language", ["ar", "ca", "de", "en", "es", "fr", "it", "nl", "pt", "tr"])
def test_the_languages_of_the_country_have_every_kind_of_sentence(language: str) -> None:
    wanted = {"attached", "omitted", "deleted", "deleted_by_self", "edited", "calls", "location", "encrypted", "group"}
    assert wanted <= set(table(language))


@pytest.mark.parametrize(
    "body",
    [
        "\u200e< pièce jointe : {} >",
        "\u200e<pièce jointe\u00a0: {}>",
        "\u200e<zugefügt: {}>",
        "\u200e<{} erantsia>",
        "\u200e<erantsia {}>",
        "regarde ta photo \u200e<attached: {}>",
        "légende sur\ndeux lignes\n\u200e<attached: {}>",
        "\u200e{} (fitxategia erantsita)",
        "(fitxategia erantsita) \u200e{}",
        "{} (fitxategia erantsita)\nlégende",
        "\u200e{} \u200eerantsita",
    ],
)
@pytest.mark.parametrize("name", [PHOTO, "IMG-20260928-WA0014.jpg"])
def test_a_file_is_the_attachment_whatever_words_stand_around_it(body: str, name: str) -> None:
    for beside in (NAMES, None):
        assert [each.name_in_source for each in one(body.format(name), beside).attachments] == [name]


def test_a_name_of_any_other_shape_is_one_where_it_lies_beside_or_known_words_say_so() -> None:
    assert one("\u200e<erantsia: contrat final.docx>").attachments[0].name_in_source == "contrat final.docx"
    assert one("\u200e<erantsia: autre.docx>").attachments == ()
    assert one("\u200e<attached: autre.docx>").attachments[0].status is AttachmentStatus.MISSING
    document = one("liste.pdf • \u200e3 صفحات \u200e<مرفق: 00000003-liste.pdf>")
    assert document.attachments[0].name_in_source == "00000003-liste.pdf"
    assert one("\u200e<adjunto: Compte.vcf>").kind is MessageKind.CONTACT


@pytest.mark.parametrize(
    "text",
    [
        "regarde mon CV (fichier joint) et dis moi",
        "regarde mon CV (fichier joint)",
        "regarde IMG-20260928-WA0014.jpg",
        "tu as vu IMG-20260928-WA0014.jpg dans le dossier (hier) ?",
        "\u200f@لينا عافاك حيدي التصويرة",
        "\u200fمكالمة صوتية ديالي ماجاوبتيش عليها علاش",
        "Llamada",
        "regarde : https://example.com/?q=1,2",
        "a < b > c",
        "<3",
    ],
)
def test_a_text_that_only_looks_like_the_apps_words_is_a_text(text: str) -> None:
    message = one(text)
    assert (message.kind, message.attachments, message.flags) == (MessageKind.TEXT, (), frozenset())


@pytest.mark.parametrize(
    ("body", "kind", "flags"),
    [
        ("This message was deleted by admin Karim.", MessageKind.DELETED, {MessageFlag.DELETED}),
        ("You deleted this message as admin", MessageKind.DELETED, {MessageFlag.DELETED, MessageFlag.DELETED_BY_SELF}),
        ("Ce message a été supprimé par un admin", MessageKind.DELETED, {MessageFlag.DELETED}),
        ("\u200eCafé du Port (Larache): https://foursquare.com/v/4ac518", MessageKind.LOCATION, set()),
        ("تمت مشاركة الموقع المباشر", MessageKind.LOCATION, set()),
        ("Appel vocal, 5 min", MessageKind.CALL, set()),
        ("\u200eLlamada perdida", MessageKind.CALL, {MessageFlag.APP_GENERATED}),
        ("", MessageKind.CALL, set()),
        ("<Vidéo à vue unique omise>", MessageKind.MEDIA_OMITTED, {MessageFlag.VIEW_ONCE}),
        ("<Inoizko bideoa kenduta>", MessageKind.MEDIA_OMITTED, set()),
        ("\u200eGALDEKETA:\nNor?\n\u200eAUKERA: zu (0 boto)\n\u200eAUKERA: hura (1 boto)", MessageKind.POLL,
         {MessageFlag.APP_GENERATED}),
    ],
)  # fmt: skip
def test_small_wording(body: str, kind: MessageKind, flags: set[MessageFlag]) -> None:
    message = one(body)
    assert (message.kind, set(message.flags)) == (kind, flags)


@pytest.mark.parametrize(
    "line",
    [
        'Anna hat den Gruppennamen von „Notfall: A" zu „Notfall: B" geändert.',
        "Lina a modifié la description : nouvelle",
        "Lina a changé l'objet de « a : b » en « c : d »",
        "Pedro cambió el asunto de “a: b” a “c: d”",
        "قام سعيد بتغيير اسم المجموعة إلى: جديد",
    ],
)
def test_a_sentence_about_a_group_is_no_sender(line: str) -> None:
    message = messages_of(f"23.08.26, 12:30 - {line}\n".encode(), NAME)[0]
    assert (message.sender, message.text, message.kind) == (None, line, MessageKind.SYSTEM)


def words_of(text: str) -> str:
    found = survey_of(text)["decided"]["wording"]
    assert isinstance(found, str)
    return found


def survey_of(text: str, name: str = "_chat.txt") -> Any:
    return survey(io.BytesIO(text.encode()), {"name": name, "beside": None})


def test_the_language_of_the_app_is_said_and_so_is_that_no_table_knows_it() -> None:
    header = "[28/09/2026, 21:29:02] Nadia: "
    assert words_of(f"{header}\u200eLos mensajes y las llamadas están cifrados de extremo a extremo.\n") == "es"
    assert words_of(f"{header}\u200eMezuak zifratuta daude.\n{header}kaixo\n") == "unknown (1 messages)"
    assert words_of(f"{header}\u200e<erantsia: {PHOTO}>\n") == "unknown (1 messages)"
    assert words_of(f"{header}salut\n") == "not seen"


@pytest.mark.parametrize(
    ("header", "sender", "value", "reason"),
    [
        ("[2026/01/11, 16:53:27] - Alice: ", "Alice", "2026-01-11T16:53:27", "year-has-four-digits"),
        ("13.9.2026 klo 21.26 - Laura: ", "Laura", "2026-09-13T21:26", "a-number-above-12"),
        ("[13.9.2026 klo 14.09.18] Laura: ", "Laura", "2026-09-13T14:09:18", "a-number-above-12"),
        ("21:02, 20 Aug - Anonyme: ", "Anonyme", None, "no-year"),
        ("20 Aug 21:02 - Anonyme: ", "Anonyme", None, "no-year"),
        ("20 août 2015, 21:02 - Anonyme: ", "Anonyme", "2015-08-20T21:02", None),
        ("[24/3/1448 AH, 18:02:11] Nadia: ", "Nadia", None, "calendar-hijri"),
        ("[٢٤\u200f/٣\u200f/١٤٤٨ هـ، ٦:٠٢:١١ م] ناديا: ", "ناديا", None, "calendar-hijri"),
        ("[3/18/2565 BE, 14:56:01] Nadia: ", "Nadia", "2022-03-18T14:56:01", "calendar-buddhist"),
        ("[18/3/2565, 14:56:01] Nadia: ", "Nadia", "2022-03-18T14:56:01", "calendar-buddhist"),
        ("[3/18/R4, 14:56:01] Nadia: ", "Nadia", "2022-03-18T14:56:01", "calendar-reiwa"),
        ("۱۴۰۵/۶/۲۲, 21:02 - Nadia: ", "Nadia", None, "calendar-not-known"),
    ],
)
def test_headers_of_old_and_other_phones(header: str, sender: str, value: str | None, reason: str | None) -> None:
    data = f"{header}3000\n{header}ou je publie\n".encode()
    found = recognise_format(data, "export/chat.txt")
    assert isinstance(found, Recognised)
    messages = messages_of(data, NAME)
    assert [message.text for message in messages] == ["3000", "ou je publie"]
    assert messages[0].sender is not None
    assert messages[0].sender.display == sender
    time = messages[0].time
    assert (time.value, time.reason) == (value, reason)
    assert time.raw in header
    first = survey_of(data.decode())["conversations"][0]["first"]
    assert first["raw"] == time.raw


def test_a_pasted_conversation_at_the_end_does_not_turn_the_whole_around() -> None:
    lines = [f"13/09/2026, 18:0{minute} - Anonyme: {minute}\n" for minute in range(5)]
    pasted = "01/02/2025, 10:00 - Anonyme: meme chantage\n"
    talk = survey_of("".join(lines) + pasted)["conversations"][0]
    assert (talk["newest_first"], talk["last"]["value"]) == (False, "2026-09-13T18:04")


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("Chat de WhatsApp con Nadia.txt", "Nadia"),
        ("WhatsApp-chat met Nadia.txt", "Nadia"),
        ("Nadia ile WhatsApp Sohbeti.txt", "Nadia"),
        ("WhatsApp Chat - Nadia.zip/_chat.txt", "Nadia"),
        ("دردشة واتساب مع ناديا.txt", "ناديا"),
        ("Discussion WhatsApp avec Lina.zip/x.txt", "Lina"),
    ],
)
def test_the_name_of_the_file_says_with_whom_in_every_language(path: str, title: str) -> None:
    data = b"13/05/2025, 21:02 - Nadia: salut\n"
    assert messages_of(data, NAME, Surroundings(path))[0].conversation.title == title


def test_a_text_about_dates_is_no_chat() -> None:
    text = "Le 20 août 2015, à Larache - un texte.\n20 Aug was a Thursday.\nrien\n"
    assert isinstance(recognise_format(text.encode(), "note.txt"), NoChat)


def test_no_sentence_is_in_the_tables_twice_with_two_meanings() -> None:
    meanings: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for name, spellings in table(language).items():
            for phrase in spellings if name in {"omitted", "deleted", "calls", "edited"} else ():
                meanings.setdefault(re.sub(r"\W+$", "", phrase.casefold()), set()).add(name)
    assert {phrase: names for phrase, names in meanings.items() if len(names) > 1} == {}
    assert "null" in all_phrases().exact


def test_what_was_decided_stands_beside_the_messages() -> None:
    entries = entries_of("13/05/2025, 21:02 - Nadia: salut\n".encode("utf-16"), NAME)
    assert decided(entries)["decided:wording"] == "not seen"


@pytest.mark.parametrize("text", ["Missed voice call", "مكالمة صوتية فائتة", "Appel vidéo manqué", "Llamada perdida"])
def test_a_missed_call_that_names_nobody_is_a_call(text: str) -> None:
    lines = f"13/09/2026, 18:02 - {text}\n13/09/2026, 18:03 - A: ok\n"
    first, _ = messages_of(lines.encode(), "whatsapp-text")
    assert (first.kind, first.sender) == (MessageKind.CALL, None)
