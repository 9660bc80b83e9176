#!/usr/bin/env bash
# A chat of a Spanish iPhone: whatstk reads the evening as the morning and two messages as one, without a word.
#
# Assumed: a reader of WhatsApp's texts that finds the form of the header by itself either reads "9:05:10 p. m." as
#          21:05:10 or says that it does not know the form.
# Seen:    "p. m." of the first line becomes a fixed part of the header: 9:05:10 p. m. is read as 09:05:10, and a line
#          with "a. m." is the text of the message before it. With AM and PM the same chat is read rightly; a header
#          given by hand (%p or %P) parts the messages and leaves the evening in the morning.
# With:    whatstk 0.9.1, Python 3.11
# Source:  whatstk: whatsapp/auto_header.py and whatsapp/parser.py
set -euo pipefail
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -qq --disable-pip-version-check whatstk==0.9.1
cd "$room"
venv/bin/python -W ignore - <<'PY'
import sys
from pathlib import Path

from whatstk import WhatsAppChat

ENGLISH = """[05/03/2026, 9:05:10 PM] Amina: one
[06/03/2026, 9:06:10 AM] Sami: two
[06/03/2026, 9:07:11 PM] Sami: three
"""
SPANISH = ENGLISH.replace("PM", "p. m.").replace("AM", "a. m.")


def messages(text: str, **how: str) -> list[tuple[str, int]]:
    Path("chat.txt").write_text(text, "utf-8")
    read = WhatsAppChat.from_source(filepath="chat.txt", **how).df
    return [(str(time)[11:], len(message.splitlines())) for time, message in zip(read["date"], read["message"])]


english, spanish = messages(ENGLISH), messages(SPANISH)
given = messages(SPANISH, hformat="[%d/%m/%y, %I:%M:%S %p] %name:")
print("English:", english)
print("Spanish:", spanish)
print("Spanish, header given:", given)
as_seen = (
    english == [("21:05:10", 1), ("09:06:10", 1), ("21:07:11", 1)]
    and spanish == [("09:05:10", 2), ("09:07:11", 1)]
    and given == [("09:05:10", 1), ("09:06:10", 1), ("09:07:11", 1)]
)
sys.exit(not as_seen)
PY
