"""Wrong keys at prompts: what was answered stays, what was not understood is asked again, half a key never passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evidence_kit.words import LANGUAGES, catalogue
from tests.e2e.conftest import Program, set_up
from tests.e2e.test_conversations import PHRASE, Terminal

LINE = re.compile(r"^(?: +\d+ [A-Z2-7]{4})+ *$", re.MULTILINE)


def groups_on(screen: str) -> list[str]:
    """Return the groups of the page that was shown last, in their order."""
    found = [
        (int(number), group) for number, group in re.findall(r"(\d+) ([A-Z2-7]{4})\b", "".join(LINE.findall(screen)))
    ]
    last = max(at for at, (number, _) in enumerate(found) if number == 1)
    return [group for _, group in found[last:]]


def typed_back(at: Terminal, say: object, groups: list[str]) -> None:
    for first in range(0, len(groups), 4):
        line = groups[first : first + 4]
        at.answer(say("recovery.type-line", first=first + 1, last=first + len(line)), " ".join(line).lower())  # type: ignore[operator]


@pytest.mark.parametrize("language", LANGUAGES)
def test_setup_keeps_what_was_answered_whatever_is_typed(language: str, program: Program) -> None:
    run, say = program, catalogue(language).sentence
    yes, no = say("choice.agree.yes"), say("choice.agree.no")
    with Terminal(run, "setup", "--lang", language, "--cases", run.home / "cases") as at:
        at.answer(say("ask.new-passphrase"), "password12")
        at.answer(say("ask.new-passphrase"), "")
        at.answer(say("ask.written-down"), no)
        at.answer(say("ask.written-down"), "xyzzy")
        at.wait_for(say("ask.until-yes"))
        at.answer(say("ask.written-down"), yes)
        at.answer(say("ask.noted-passphrase"), PHRASE)
        at.answer(say("ask.passphrase-again"), PHRASE + "x")
        at.answer(say("ask.noted-passphrase"), PHRASE)
        at.answer(say("ask.passphrase-again"), PHRASE)
        at.answer(say("ask.association"), "not a code!")
        at.answer(say("ask.association"), "LRC")
        at.answer(say("ask.name"), PHRASE)
        at.answer(say("ask.name"), "evidence-kit intake 7")
        at.wait_for(say("ask.is-command"))
        at.answer(say("ask.name"), "Salma B.")
        at.wait_for(say("ask.role"))
        at.interrupt()
        assert at.end() == 130
    assert say("error.passphrase-weak.what") in " ".join(at.screen.split())
    assert say("cli.interrupted") in " ".join(at.screen.split())
    with Terminal(run, "setup", "--lang", language, "--cases", run.home / "cases") as at:
        at.answer(say("ask.new-passphrase"), PHRASE)
        at.answer(say("ask.passphrase-again"), PHRASE)
        at.answer("[LRC", "")
        at.answer("[Salma B.", "")
        at.answer(say("ask.role"), "volunteer")
        at.answer(say("ask.place"), "Larache")
        at.answer(say("ask.recovery-way"), "xyzzy")
        at.answer(say("ask.recovery-way"), "1")
        at.answer(say("ask.written-down"), yes)
        groups = groups_on(at.screen)
        assert len(groups) == 14
        assert say("setup.taken-up") in " ".join(at.screen.split())
        at.answer(say("recovery.type-line", first=1, last=4), " ".join([*groups[:3], "AAAA"]))
        # Above the key, on the page that is shown anew: what stood before it is wiped.
        at.wait_for(say("ask.written-down"))
        assert say("recovery.differs", groups="4") in " ".join(at.screen.rpartition("\x1b[2J")[2].split())
        at.answer(say("ask.written-down"), yes)
        typed_back(at, say, groups)
        assert at.end() == 0, at.screen
    assert (run.home / "station" / "station.json").is_file()
    assert not (run.home / "station" / "answers.json").exists()
    with Terminal(run, "recovery", "check", "--lang", language) as at:
        at.answer(say("ask.recovery-code"), "-".join(groups[:7]))
        at.answer(say("ask.recovery-code"), "-".join(groups))
        assert at.end() == 0, at.screen


def test_the_page_of_the_key_fits_the_smallest_window(program: Program) -> None:
    from evidence_kit.commands._recovery_paper import lines_of_groups
    from evidence_kit.keys.recovery import to_paper
    from evidence_kit.keys.shares import to_shares
    from evidence_kit.keys.station import SigningKey

    key = SigningKey.generate()
    for code in (to_paper(key), *to_shares(key)):
        lines = lines_of_groups(code)
        assert len(lines) <= 4
        assert max(map(len, lines)) <= 50


def test_a_wrong_passphrase_is_asked_for_again_three_times(case_program: Program) -> None:
    run, say = case_program, catalogue("fr").sentence
    with Terminal(run, "note", "1", "--lang", "fr") as at:
        at.answer(say("ask.passphrase"), "wrong one")
        at.answer(say("ask.passphrase"), "")
        at.answer(say("ask.passphrase"), PHRASE)
        at.answer(say("ask.note"), PHRASE)
        at.answer(say("ask.note"), "une remarque")
        at.answer(say("ask.note-readers"), "7")
        at.answer(say("ask.note-readers"), "l'avocate, 2")
        assert at.end() == 0, at.screen
    (said,) = [line["says"] for line in run.json("log", "1") if line.get("type") == "note"]
    assert (said["text"], said["readers"]) == ("une remarque", ["lawyer", "police"])
    with Terminal(run, "note", "1", "--lang", "fr") as at:
        for _ in range(3):
            at.answer(say("ask.passphrase"), "wrong one")
        assert at.end() == 30, at.screen


@pytest.mark.parametrize(
    ("typed", "band"),
    [
        ("majeure", "adult"), ("24", "adult"), ("راشدة", "adult"), ("٢٤", "adult"), ("elle a 24 ans", "adult"),
        ("kbira", "adult"), ("قاصر", "minor"), ("15", "minor"), ("mineure", "minor"), ("under 18", "minor"),
        ("moins de 18 ans", "minor"), ("je ne sais pas", "unknown"), ("ما عرفتش", "unknown"), ("3", "unknown"),
        ("pas majeure", None), ("xyzzy", None), ("9999", None), ("majeure ou mineure", None), ("", None),
        (PHRASE, None), ("ليست راشدة", None), ("0", None), ("17 ou 18", None),
    ],
)  # fmt: skip
def test_an_age_is_understood_or_asked_for_again(typed: str, band: str | None) -> None:
    from evidence_kit.commands._answers import age

    assert age(typed, ("adult", "minor", "unknown")) == band


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("oui", "yes"), ("d'accord", "yes"), ("D’accord", "yes"), ("واخا", "yes"), ("نعم", "yes"),
        ("oui merci", "yes"), ("ok", "yes"), ("non", "no"), ("لا", "no"), ("لا شكرا", "no"), ("nope", "no"),
        ("pas d'accord", "no"), ("غير موافقة", "no"), ("non merci", "no"), ("oui non", None),
        ("peut-être", None), ("", None), (PHRASE, None), ("no problem", None), ("je ne sais pas", None),
        ("3", None),
    ],
)  # fmt: skip
def test_a_yes_or_a_no_is_understood_or_asked_for_again(typed: str, meant: str | None) -> None:
    from evidence_kit.commands._answers import choice

    assert choice(typed, "agree", ("yes", "no")) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1 3", ["association", "lawyer"]),
        ("4 et 3", ["psychologist", "lawyer"]), ("1, 3", ["association", "lawyer"]),
        ("la police et l'avocate", ["police", "lawyer"]), ("the lawyer and the police", ["lawyer", "police"]),
        ("الشرطة والمحامي", ["police", "lawyer"]), ("١ و ٣", ["association", "lawyer"]),
        ("1 و3", ["association", "lawyer"]),
        ("3 et xyzzy", None), ("9", None), ("", None),
    ],
)  # fmt: skip
def test_several_choices_are_understood_or_asked_for_again(typed: str, meant: list[str] | None) -> None:
    from evidence_kit.commands._answers import several

    assert several(typed, "readers", ("association", "police", "lawyer", "psychologist")) == meant


@pytest.mark.parametrize(
    "typed", ["la police et l'avocate", "les deux", "الشرطة والمحامي", "both", "police and lawyer", "3"]
)
def test_both_receivers_can_be_named(typed: str) -> None:
    from evidence_kit.commands._answers import choice

    assert choice(typed, "may-go", ("lawyer", "police", "both", "nobody")) == "both"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_and_word_of_a_list_means_its_own_choice(language: str) -> None:
    from evidence_kit.commands._answers import age, choice

    said = catalogue(language).sentences
    kinds: dict[str, list[str]] = {}
    for name in said:
        first, _, rest = name.partition("choice.words.")
        if not first and rest and not rest.startswith(("denial.", "polite.", "years.")):
            kind, _, key = rest.rpartition(".")
            kinds.setdefault(kind, []).append(key)
    for kind, keys in kinds.items():
        for key in keys:
            words = str(said[f"choice.words.{kind}.{key}"]).split("|")
            for word in [*words, str(said[f"choice.{kind}.{key}"])]:
                meant = age(word, keys) if kind == "age" else choice(word, kind, keys)
                assert meant == key, (kind, key, word)


def test_two_of_three_papers_open_what_setup_made(program: Program) -> None:
    run, say = program, catalogue("en").sentence
    run.passphrase.write_text(PHRASE + "\n")
    papers: list[list[str]] = []
    facts = ("--association", "LRC", "--name", "S", "--role", "r", "--place", "p", "--passphrase-file", run.passphrase)
    with Terminal(run, "setup", "--lang", "en", *facts, "--cases", run.home / "cases", "--recovery-shares") as at:
        for _ in range(3):
            at.answer(say("ask.written-down"), "yes")
            papers.append(groups_on(at.screen))
            typed_back(at, say, papers[-1])
        assert at.end() == 0, at.screen
    assert [len(each) for each in papers] == [15, 15, 15]
    with Terminal(run, "recovery", "check", "--lang", "en") as at:
        at.answer(say("ask.recovery-code"), " ".join(papers[2]))
        at.answer(say("ask.recovery-second"), " ".join(papers[2]))
        at.answer(say("ask.recovery-code"), " ".join(papers[2]))
        at.answer(say("ask.recovery-second"), " ".join(papers[0]))
        assert at.end() == 0, at.screen


def test_a_page_to_print_holds_the_key_and_is_its_owners_alone(program: Program) -> None:
    set_up(program)
    folder = program.home / "stick"
    folder.mkdir()
    key = program.home / "rec"
    (written,) = program.json("recovery", "shares", "--out", folder, "--recovery-key", key)[0]["written"][:1]
    assert [path.stat().st_mode & 0o777 for path in sorted(folder.iterdir())] == [0o600] * 3
    assert Path(written).read_bytes().startswith(b"%PDF")
    program.keyed("recovery", "sheet", "--out", folder, "--recovery-key", key)
    page = (folder / "recovery.pdf").read_bytes()
    program.keyed("recovery", "sheet", "--out", folder, "--recovery-key", key)
    assert (folder / "recovery.pdf").read_bytes() == page, "the same page again is found to be there"
    (folder / "recovery.pdf").write_bytes(b"somebody's own")
    program.keyed("recovery", "sheet", "--out", folder, "--recovery-key", key, expect=2)
    assert (folder / "recovery.pdf").read_bytes() == b"somebody's own"


def test_a_text_comes_from_standard_input_or_a_file_and_not_from_the_command_line(case_program: Program) -> None:
    run = case_program
    (run.home / "said.txt").write_text("\ufeffce qu'elle a dit\n", "utf-8")
    keyed = ("--no-input", "--passphrase-file", run.passphrase)
    run("note", "1", "-", "--reader", "lawyer", *keyed, stdin="ما قالته\n".encode())
    run("note", "1", "@said.txt", "--reader", "lawyer", *keyed)
    run("threats", "1", "add", "--demand", "@said.txt", "--item", "E000001", *keyed)
    run("exclude", "1", "E000002", "--why", "-", *keyed, stdin=b"misfiled")
    run("note", "1", "@none.txt", "--reader", "lawyer", *keyed, expect=2)
    run("note", "1", "-", *keyed, expect=2)
    run("note", "1", "-", "--no-input", "--passphrase-file", "-", stdin=b"correct horse battery\n", expect=2)
    says = [
        line["says"]
        for line in run.json("log", "1")
        if line.get("type") in {"note", "threat.recorded", "item.excluded"}
    ]
    texts = {str(value) for each in says for value in each.values()}
    assert {"ما قالته", "ce qu'elle a dit", "misfiled"} <= texts


def test_every_free_text_of_every_command_can_stay_out_of_the_command_line() -> None:
    """Walks the whole tree of commands: a new value is a text that takes `-` and a file, or here with its reason."""
    from evidence_kit import cli
    from evidence_kit.commands._texts import TEXTS
    from evidence_kit.words import catalogue

    program = cli.build(catalogue("en"))
    written = {
        (command, parameter.name)
        for command, each in program.commands.items()
        for parameter in each.params
        if parameter.type_descriptor.annotation in {str, list[str]}
    }
    left = {(command, name) for command, name in written if name not in TEXTS and name not in WITH_NOTHING_TO_HIDE}
    assert left == set(), "takes neither `-` nor a file, and nothing says why"
    names = {name for _, name in written} | {"help"}
    assert set(WITH_NOTHING_TO_HIDE) <= names, "left from a parameter that is gone"
    assert names >= TEXTS


# Why a written value need not stay out of the process list: no name, reason, note or demand can stand in it.
WITH_NOTHING_TO_HIDE = {
    **dict.fromkeys(("lang", "passphrase_file", "archive_passphrase"), "a language; where a secret lies"),
    **dict.fromkeys(("case", "cases", "case_id", "other", "paths", "first", "folder"), "ids and folders"),
    **dict.fromkeys(("items", "item", "parent", "message", "provision", "law", "exclude", "split"), "ids, lines"),
    **dict.fromkeys(("consent_on", "on", "retention", "since", "lost_since", "until", "last", "age"), "days, sizes"),
    **dict.fromkeys(("confirm", "key", "recovery", "receipt", "association"), "public ends, keys and codes"),
    **dict.fromkeys(("url", "region", "topic", "shell", "action"), "words of the program, and a server"),
    **dict.fromkeys(
        (
            "audio", "consent", "form", "how", "kind", "minor_media", "nature", "only", "outcome", "pictures", "reader",
            "receipt_from", "said_as", "sensitivity", "status", "stick", "still_there", "thing",
        ),
        "one of the few words that the program knows",
    ),
}  # fmt: skip


def test_a_user_name_is_no_file_and_a_name_in_a_list_can_come_from_one(case_program: Program) -> None:
    run = case_program
    keyed = ("--no-input", "--passphrase-file", run.passphrase)
    run("threats", "1", "add", "--demand", "d", "--account", "@salma.x", "--item", "E000001", *keyed)
    run("threats", "1", "add", "--demand", "@salma.x", "--item", "E000001", *keyed, expect=2)
    (run.home / "said.txt").write_text("her sister\n", "utf-8")
    (run.home / "more.txt").write_text("of no use\n", "utf-8")
    facts = ("--how", "copy", "--present", "@said.txt", "--present", "-")
    run("ingest", "1", run.home / "more.txt", *facts, *keyed, stdin=b"a neighbour\n")
    says = [line.get("says", {}) for line in run.json("log", "1")]
    assert "@salma.x" in [each.get("account") for each in says]
    assert ["her sister", "a neighbour"] in [each.get("provenance", {}).get("present") for each in says]
