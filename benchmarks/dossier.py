"""A dossier of 500 items and 5,000 or 50,000 messages as PDF/A, beside the same lines set by fpdf2.

    python -m benchmarks.dossier [MESSAGES ...]

Processor time of all processes together, and the most memory that one of them took. fpdf2 and uharfbuzz are used where
they are installed; nothing of ours needs them.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from evidence_kit.chats.stated_time import StatedTime
from evidence_kit.reports.case_facts import CaseFacts
from evidence_kit.reports.dossier import Checks, Dossier
from evidence_kit.reports.exhibit import Demand, Exhibit, Occurrence
from evidence_kit.reports.pdf import pdfs
from evidence_kit.reports.transcript import Line, Part, Transcript

TEXTS = (
    "أرسل خمسة آلاف درهم قبل مساء يوم الجمعة وإلا نشرت الصور على صفحة العائلة كلها",
    "Si tu ne paies pas 5 000 dirhams avant dimanche midi, je publie tout.",
    "waxa kayn? 3tini lflous 😊",
    "لا تخبر أحدا، الرقم هو 007640000000000000012329",
)
FONT = Path(__file__).parents[1] / "evidence_kit" / "sealing" / "fonts" / "Amiri-Regular.ttf"
ITEMS = 500


def made(messages: int) -> Dossier:
    at = StatedTime("1", "utc", "2025-05-02T20:09:00Z")
    lines = tuple(
        Line(f"E000001:{n}", ("ياسين", "Nadia")[n % 2], None, at, f"{TEXTS[n % len(TEXTS)]} {n}", "text")
        for n in range(1, messages + 1)
    )
    exhibits = tuple(
        Exhibit(
            n, f"E{n:06d}", f"IMG-{n}.jpg", f"phone/IMG-{n}.jpg", "picture", "jpeg", 12345, f"{n:064x}", at, "exif",
            None, None, f"data/E{n:06d}.jpg", blurred=False, sensitivity="unknown", demands=(), for_the_lawyer=False,
            line=n,
        )
        for n in range(1, ITEMS + 1)
    )  # fmt: skip
    demand = Demand(1, 9, at.value or "", "S", at, TEXTS[0], None, "5000 MAD", "WhatsApp", None, (1,), ("E000001",),
                    ("E000001:2",))  # fmt: skip
    talk = Transcript(
        1, "whatsapp", "ياسين", (Part("E000001", "chat.txt", "ab" * 32, messages),), (("ياسين", messages, None),),
        {"utc": messages}, None, (), lines,
    )  # fmt: skip
    return Dossier(
        case=CaseFacts("LRC-2026-0007", "LRC", at.value, {}, "N", None, "adult", None, None, None, ITEMS, ITEMS, 0,
                       "lawyer", "all"),
        intakes=(), demands=(demand,), exhibits=exhibits, transcripts=(talk,),
        chronology=tuple(Occurrence(at, "demand", "demand", {"text": TEXTS[0]}, None, (1,)) for _ in range(300)),
        identifiers=(), similar=(), custody=(), consents=(), provisions=("PC-538",), limits=(),
        checks=Checks(65, "cd" * 32, "SHA256:" + "A" * 43, ("GITW-JPQA", 63), "0", "2026-11-30T16:00:00Z", "S"),
    )  # fmt: skip


def by_us(dossier: Dossier) -> int:
    return sum(len(each.content) for each in pdfs(dossier, "ar", b'{"v":1}\n' * 1000))


def by_fpdf2(dossier: Dossier) -> int:
    from fpdf import FPDF

    paper = FPDF()
    paper.add_font("Amiri", "", str(FONT))
    paper.set_font("Amiri", size=10)
    paper.set_text_shaping(True)
    paper.add_page()
    for exhibit in dossier.exhibits:
        paper.multi_cell(0, 5, f"{exhibit.item} {exhibit.name}\n{exhibit.sha256}", new_x="LMARGIN", new_y="NEXT")
    for line in dossier.transcripts[0].lines:
        text = f"{line.where} {line.sender}\n{line.text}".replace("😊", "")
        paper.multi_cell(0, 5, text, new_x="LMARGIN", new_y="NEXT")
    return len(bytes(paper.output()))


def measured(what: Callable[[Dossier], int], dossier: Dossier) -> tuple[float, float, int]:
    def cpu() -> float:
        usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(each.ru_utime + each.ru_stime for each in usages)

    before, began = cpu(), time.perf_counter()
    size_bytes = what(dossier)
    return cpu() - before, time.perf_counter() - began, size_bytes


def main() -> None:
    for messages in [int(each) for each in sys.argv[1:]] or [5000, 50_000]:
        dossier = made(messages)
        cpu, wall, size_bytes = measured(by_us, dossier)
        memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"{messages} messages, {ITEMS} items: {cpu:.1f} s processor, {wall:.1f} s, {size_bytes >> 10} KiB, "
              f"at most {memory >> 10} MiB a process")  # fmt: skip
        if messages <= 5000:
            try:
                cpu, wall, size_bytes = measured(by_fpdf2, dossier)
                print(f"    fpdf2, the same lines: {cpu:.1f} s processor, {wall:.1f} s, {size_bytes >> 10} KiB")
            except ImportError:
                print("    fpdf2 is not installed")


if __name__ == "__main__":
    main()
