"""Files that carry letters among words: each returns a file's name and bytes."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import plistlib
import tarfile
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

Carrier = Callable[[str], tuple[str, bytes]]

WORDS = "if you do not pay by Friday everybody sees it"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


_HEAD = (
    "From: sami@example.com\r\nTo: nadia@example.com\r\nSubject: last warning\r\n"
    "Date: Mon, 12 May 2025 21:02:00 +0100\r\n"
)


def _mail(kind: str) -> Carrier:
    def carry(letters: str) -> tuple[str, bytes]:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "sami@example.com", "nadia@example.com", "last warning"
        mail["Date"], mail["Message-ID"] = "Mon, 12 May 2025 21:02:00 +0100", "<1@example.com>"
        text = f"<html><body><p>{WORDS}</p><pre>{html.escape(letters)}</pre></body></html>"
        mail.set_content(text if kind == "html" else f"{WORDS}\n\n{letters}\n", subtype=kind, charset="utf-8")
        return "m.eml", mail.as_bytes()

    return carry


def _raw_mail(letters: str) -> tuple[str, bytes]:
    return "m.eml", _bytes(f"{_HEAD}\r\n{WORDS}\r\n\r\n{letters}\r\n")


def _header(letters: str) -> tuple[str, bytes]:
    folded = "\n ".join(
        "".join(letters.split("\n")).replace("\r", "")[at : at + 76] for at in range(0, len(letters), 76)
    )
    head = (
        "From: sami@example.com\nTo: nadia@example.com\nSubject: last warning\nDate: Mon, 12 May 2025 21:02:00 +0100\n"
    )
    return "m.eml", _bytes(f"{head}X-Face: {folded}\n\n{WORDS}\n")


def _mbox(letters: str) -> tuple[str, bytes]:
    return "m.mbox", b"From sami@example.com Mon May 12 21:02:00 2025\n" + _raw_mail(letters)[1].replace(b"\r\n", b"\n")


def _mhtml(letters: str) -> tuple[str, bytes]:
    head = "From: <Saved by Blink>\r\nSubject: page\r\nDate: Mon, 12 May 2025 21:02:00 +0100\r\nMIME-Version: 1.0\r\n"
    kind = 'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\n'
    page = f'<html><p>{WORDS}</p><img src="{html.escape(letters)}"></html>'
    return "p.mhtml", _bytes(
        f"{head}{kind}Content-Type: text/html\r\nContent-Location: https://a.example/\r\n\r\n{page}\r\n--b--\r\n"
    )


def _card(field: str) -> Carrier:
    def carry(letters: str) -> tuple[str, bytes]:
        value = letters.replace("\r", "").replace("\n", "\r\n ")
        said = f"FN:Sami\r\nTEL:+212612345678\r\nNOTE:{WORDS}\r\n"
        return "c.vcf", _bytes(f"BEGIN:VCARD\r\nVERSION:3.0\r\n{said}{field}:{value}\r\nEND:VCARD\r\n")

    return carry


def _calendar(letters: str) -> tuple[str, bytes]:
    value = letters.replace("\r", "").replace("\n", "\r\n ")
    entry = (
        f"BEGIN:VEVENT\r\nSUMMARY:{WORDS}\r\nDTSTART:20250512T210200Z\r\nATTACH;VALUE=BINARY:{value}\r\nEND:VEVENT\r\n"
    )
    return "c.ics", _bytes(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{entry}END:VCALENDAR\r\n")


def _har(letters: str) -> tuple[str, bytes]:
    content = {"size": len(letters), "mimeType": "application/json", "text": json.dumps({"said": WORDS, "a": letters})}
    entry = {
        "request": {"method": "GET", "url": "https://example.com/"},
        "response": {"status": 200, "content": content},
    }
    return "a.har", json.dumps({"log": {"version": "1.2", "entries": [entry]}}).encode()


def _warc(letters: str) -> tuple[str, bytes]:
    page = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><p>{WORDS}</p>{html.escape(letters)}</html>"
    head = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {len(_bytes(page))}\r\n\r\n"
    return "a.warc", _bytes(f"{head}{page}\r\n\r\n")


def _csv(letters: str) -> tuple[str, bytes]:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerows([["name", "said", "data"], ["Sami", WORDS, letters], ["Nadia", "no", ""]])
    return "a.csv", _bytes(table.getvalue())


def _rows(letters: str) -> tuple[str, bytes]:
    return "a.csv", _bytes("\n".join(f"12,Sami,{line},sent" for line in ["said", WORDS, *letters.splitlines()]))


def _log(letters: str) -> tuple[str, bytes]:
    lines = [WORDS, *letters.splitlines()]
    return "a.log", _bytes(
        "\n".join(f"2025-05-12 21:02:{at % 60:02d} INFO upload: {line}" for at, line in enumerate(lines))
    )


def _chat(letters: str) -> tuple[str, bytes]:
    lines = [WORDS, *letters.splitlines()]
    return "_chat.txt", _bytes(
        "\n".join(f"12/05/2025, 21:{at // 60 % 60:02d} - Sami: {line}" for at, line in enumerate(lines))
    )


def _sms(letters: str) -> tuple[str, bytes]:
    said = f'<sms address="+212600000001" date="1747080120000" type="1" body="{WORDS}" read="1" />'
    other = f'<sms address="+212600000001" date="1747080120000" type="1" body="{html.escape(letters)}" read="1" />'
    return "sms.xml", _bytes(f'<?xml version="1.0" encoding="UTF-8"?>\n<smses count="2">{said}{other}</smses>')


def _fodt(letters: str) -> tuple[str, bytes]:
    lines = "".join(f"<text:p>{html.escape(line)}</text:p>\n             " for line in letters.splitlines())
    head = '<?xml version="1.0"?>\n<office:document xmlns:office="o" xmlns:text="t" office:mimetype="a/vnd.oasis">'
    return "a.fodt", _bytes(f"{head}<office:body><text:p>{WORDS}</text:p>{lines}</office:body></office:document>")


def _plist(letters: str) -> tuple[str, bytes]:
    return "a.webarchive", plistlib.dumps({"said": WORDS, "data": _bytes(letters)})


def _zip(letters: str) -> tuple[str, bytes]:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.txt", _bytes(f"{WORDS}\n{letters}\n"))
        made.comment = _bytes(letters)[:60_000]
    return "a.zip", held.getvalue()


def _tar(letters: str) -> tuple[str, bytes]:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        data = _bytes(json.dumps({"said": WORDS, "a": letters}))
        info = tarfile.TarInfo("a.json")
        info.size = len(data)
        made.addfile(info, io.BytesIO(data))
    return "a.tar", held.getvalue()


def _packed(name: str, members: dict[str, Callable[[str], str]], *, first: str | None = None) -> Carrier:
    """Return a carrier in the form of an office file or a book: XML files in a zip."""

    def carry(letters: str) -> tuple[str, bytes]:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
            if first is not None:
                made.writestr("mimetype", first, zipfile.ZIP_STORED)
            for path, form in members.items():
                made.writestr(path, _bytes(form(letters)))
        return name, held.getvalue()

    return carry


def _of_tags(form: str) -> Callable[[str], str]:
    return lambda letters: _XML + form.replace("WORDS", WORDS).replace("LETTERS", html.escape(letters))


def _pdf(letters: str) -> tuple[str, bytes]:
    """Return a page with the words and the letters as text, without compression."""
    lines = [WORDS, *letters.splitlines()]
    shown = " ".join(f"({line.translate(_PDF_ESCAPES)}) Tj T*" for line in lines)
    content = _bytes(f"BT /F1 10 Tf 12 TL 40 800 Td {shown} ET")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return "a.pdf", out + (
        f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    ).encode()


def _rtf(letters: str) -> tuple[str, bytes]:
    escaped = letters.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    return "a.rtf", _bytes(f"{{\\rtf1\\ansi {WORDS}\\par {{\\pict\\jpegblip {escaped}}}}}")


def _subtitles(letters: str) -> tuple[str, bytes]:
    lines = [WORDS, *letters.splitlines()]
    return "a.srt", _bytes(
        "\n".join(
            f"{at + 1}\n00:{at // 60 % 60:02d}:{at % 60:02d},000 --> 00:{at // 60 % 60:02d}:{at % 60:02d},900\n{line}\n"
            for at, line in enumerate(lines)
        )
    )


def _patch(letters: str) -> tuple[str, bytes]:
    added = "".join(f"+{line}\n" for line in [WORDS, *letters.splitlines()])
    return "a.patch", _bytes(f"diff --git a/note b/note\n--- a/note\n+++ b/note\n@@ -0,0 +1,2 @@\n{added}")


def _telegram(letters: str) -> tuple[str, bytes]:
    messages = [
        {"id": at, "type": "message", "date": "2025-05-12T21:02:00", "from": "Sami", "from_id": "user1", "text": said}
        for at, said in enumerate((WORDS, letters), start=1)
    ]
    export = {"name": "Nadia", "type": "personal_chat", "id": 4, "messages": messages}
    return "result.json", json.dumps(export, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")


def _nested_mail(letters: str) -> tuple[str, bytes]:
    inner = _raw_mail(letters)[1]
    head = _HEAD + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    parts = f"--b\r\nContent-Type: text/plain\r\n\r\n{WORDS}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    return "m.eml", _bytes(head + parts) + inner + b"\r\n--b--\r\n"


def _tag(sort: str) -> Carrier:
    from tests.minors.sounds import tagged

    return lambda letters: tagged(sort, letters)


def _around(name: str, form: str, escape: Callable[[str], str] = str) -> Carrier:
    """Return a carrier that puts the words and the letters where a form has WORDS and LETTERS."""
    return lambda letters: (name, _bytes(form.replace("WORDS", WORDS).replace("LETTERS", escape(letters))))


def _json(form: Callable[[str], object], *, plain: bool = False, indent: int | None = None) -> Carrier:
    return lambda letters: ("a.json", _bytes(json.dumps(form(letters), ensure_ascii=not plain, indent=indent)))


def _json_lines(letters: str) -> tuple[str, bytes]:
    lines = [json.dumps({"said": WORDS, "n": at, "a": line}) for at, line in enumerate(letters.splitlines())]
    return "a.jsonl", "\n".join(lines).encode()


_PDF_ESCAPES = {ord("("): "\\(", ord(")"): "\\)", ord("\\"): "\\\\"}
_WORD_FILE = {
    "[Content_Types].xml": _of_tags('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    "word/document.xml": _of_tags('<w:document xmlns:w="w"><w:p>WORDS</w:p><w:p>LETTERS</w:p></w:document>'),
}
_SHEET = {
    "[Content_Types].xml": _WORD_FILE["[Content_Types].xml"],
    "xl/sharedStrings.xml": _of_tags("<sst><si><t>WORDS</t></si><si><t>LETTERS</t></si></sst>"),
}
_BOOK = {
    "META-INF/container.xml": _of_tags('<container version="1.0"/>'),
    "a.xhtml": _of_tags('<html xmlns="http://www.w3.org/1999/xhtml"><p>WORDS</p><p>LETTERS</p></html>'),
}
_TALK = "12/05/2025, 21:02 - Sami: WORDS\n12/05/2025, 21:03 - Sami: LETTERS\n12/05/2025, 21:04 - Nadia: what is that\n"
_XML = '<?xml version="1.0"?>\n'

CARRIERS: dict[str, Carrier] = {
    "text": _around("a.txt", "WORDS\nLETTERS\nso think about it\n"),
    "text in one line": _around("a.txt", "WORDS LETTERS so think about it\n"),
    "text in UTF-16": lambda letters: ("a.txt", f"{WORDS}\n{letters}\n".encode("utf-16", "surrogatepass")),
    "Markdown": _around("a.md", "# Note\n\nWORDS\n\n```\nLETTERS\n```\n"),
    "Markdown, indented": _around("a.md", "# WORDS\n\n    LETTERS\n", lambda letters: letters.replace("\n", "\n    ")),
    "mail": _mail("plain"),
    "mail as it is": _raw_mail,
    "mail, page": _mail("html"),
    "mail, header": _header,
    "mailbox": _mbox,
    "saved page": _mhtml,
    "address card, note": _card("X-NOTE"),
    "address card, picture": _card("PHOTO;ENCODING=b"),
    "calendar": _calendar,
    "page": _around("p.html", "<!DOCTYPE html><html><p>WORDS</p><p>LETTERS</p></html>", html.escape),
    "page, attribute": _around("p.html", "<html><p>WORDS</p><img src='LETTERS'></html>", html.escape),
    "page, script": _around("p.html", "<html><p>WORDS</p><script>var a = `LETTERS`;</script></html>"),
    "page, comment": _around("p.html", "<html><p>WORDS</p><!-- LETTERS --></html>"),
    "page, style": _around("p.html", "<html><style>p { background: url(LETTERS) }</style><p>WORDS</p></html>"),
    "drawing": _around("a.svg", '<svg xmlns="http://www.w3.org/2000/svg"><desc>LETTERS</desc></svg>', html.escape),
    "JSON": _json(lambda letters: {"said": WORDS, "a": letters}),
    "JSON, not escaped": _json(lambda letters: {"said": WORDS, "a": letters}, plain=True),
    "JSON, indented": _json(lambda letters: {"said": WORDS, "a": [letters]}, indent=4),
    "JSON, list of lines": _json(lambda letters: {"said": WORDS, "a": letters.splitlines()}),
    "JSON, lines": _json_lines,
    "JSON, name": _json(lambda letters: {"said": WORDS, letters: 1}),
    "HAR": _har,
    "XML": _around("a.xml", f"{_XML}<a><b>WORDS</b><c>LETTERS</c></a>", html.escape),
    "XML, attribute": _around("a.xml", f'{_XML}<a b="WORDS" c="LETTERS"/>', html.escape),
    "XML, CDATA": _around("a.xml", f"{_XML}<a><b>WORDS</b><![CDATA[LETTERS]]></a>"),
    "XML, element a line": _fodt,
    "messages": _sms,
    "property list": _plist,
    "WARC": _warc,
    "CSV": _csv,
    "CSV, a row a line": _rows,
    "SQL": _around("a.sql", "INSERT INTO a VALUES (1, 'WORDS');\nINSERT INTO b VALUES (2, 'LETTERS');\n"),
    "log": _log,
    "chat, one message": _around("_chat.txt", _TALK),
    "chat, a message a line": _chat,
    "program": _around("a.py", '"""WORDS."""\n\nDATA = """LETTERS"""\n\n\ndef show():\n    return DATA\n'),
    "mail in a mail": _nested_mail,
    "conversation in JSON": _telegram,
    "subtitles": _subtitles,
    "patch": _patch,
    "YAML": _around("a.yaml", "said: WORDS\na: |\n  LETTERS\n", lambda letters: letters.replace("\n", "\n  ")),
    "settings": _around("a.ini", "[note]\nsaid = WORDS\nicon = LETTERS\n"),
    "track": _around("a.gpx", f"{_XML}<gpx><wpt><name>WORDS</name><desc>LETTERS</desc></wpt></gpx>", html.escape),
    "PDF": _pdf,
    "RTF": _rtf,
    "Word": _packed("a.docx", _WORD_FILE),
    "spreadsheet": _packed("a.xlsx", _SHEET),
    "book": _packed("a.epub", _BOOK, first="application/epub+zip"),
    "zip": _zip,
    "tar": _tar,
    "gzip": lambda letters: ("a.txt.gz", gzip.compress(_bytes(f"{WORDS}\n{letters}\n"), mtime=0)),
    "WAVE": _tag("wav"),
    "FLAC": _tag("flac"),
    "MP3": _tag("mp3"),
    "Ogg": _tag("ogg"),
    "MP4": _tag("m4a"),
}
