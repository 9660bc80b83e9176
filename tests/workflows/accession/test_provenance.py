"""What people said is in the log in their words; what nobody said is not there."""

from evidence_kit.custody.opening import check_canonical
from evidence_kit.workflows.accession.provenance import Posting, Provenance, Screenshot


def test_what_nobody_said_reads_as_it_always_did() -> None:
    assert Provenance().facts("+0100") == {
        "how": "unknown",
        "handed_by": None,
        "device": None,
        "place": None,
        "utc_offset": "+0100",
    }


def test_everything_that_was_said_is_there_in_its_words() -> None:
    said = Provenance(
        "screenshot",
        device="Galaxy A15",
        system="Android 14",
        exported_by="la personne elle-même",
        app="WhatsApp",
        menu="⋮ > Plus > Exporter",
        phone_clock="14:07",
        computer_clock="2026-11-25T14:03:10+01:00",
        clock_state="synchronised",
        present=("Salma B.", "sa sœur"),
        phone_now="chez elle",
        screenshot=Screenshot("elle-même", "Galaxy A15", "hier soir", "yes"),
        posting=Posting("Instagram", "@x", profile_url="https://instagram.example/x"),
    ).facts("+0100")
    check_canonical(said)
    assert isinstance(said, dict)
    assert said["present"] == ["Salma B.", "sa sœur"]
    assert said["screenshot"] == {
        "taken_by": "elle-même", "taken_on": "Galaxy A15", "taken_when": "hier soir", "still_there": "yes",
    }  # fmt: skip
    assert said["posting"] == {
        "platform": "Instagram",
        "account": "@x",
        "profile_url": "https://instagram.example/x",
    }
