"""A text keeps an ending that opens it only where nothing in it runs and nothing calls anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.sealing.viewer_safe import LARGEST_BYTES, is_viewer_safe

SAMPLES = Path(__file__).parents[2] / "samples"
PAGE = '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Salma</title></head><body>{}</body></html>'
CALLS = (
    '<img src="https://example.org/seen.gif">',
    '<img src="//example.org/seen.gif">',
    "<img src='file:///c:/x'>",
    '<img src="\\\\example.org\\x">',
    '<img src="x" onerror="alert(1)">',
    "<script>1</script>",
    "<SCRIPT src=x></SCRIPT>",
    '<link rel="stylesheet" href="style.css">',
    '<iframe src="x"></iframe>',
    '<a href="https://example.org">x</a>',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java&#115;cript:alert(1)">x</a>',
    '<base href="https://example.org/">',
    '<meta http-equiv="refresh" content="0;url=https://example.org">',
    '<body onload="x()">',
    '<p style="background:url(x)">x</p>',
    "<style>p{background:url(https://example.org/x)}</style>",
    "<style>@import 'x';</style>",
    "<style>p{c:\\75rl}</style>",
    "<svg></svg>",
    "<video></video>",
    "<form></form>",
    "<p/onclick=alert(1)>",
    "<p title=<b>",
    "<",
    "<!--[if IE]><p>x</p><![endif]-->",
    "<!-- a --!><script>1</script> -->",
    "<object></object>",
    "<math></math>",
    "<textarea>",
    "<plaintext>",
    '<img srcset="https://example.org/x 2x">',
    '<p background="https://example.org/x">',
    '<table background="x"></table>',
    "\x00",
    "\x1b$B",
    '<p title="<style>" onclick="x`1`</style>">x</p>',
    '<img src="x" title="<style>" onerror="location=name</style>">',
    "<style>p{}</style ><script>",
    "<style type='text/css'>p{}</style>",
)


@pytest.mark.parametrize("call", CALLS)
def test_a_page_that_could_run_or_call_is_not_safe(call: str) -> None:
    assert is_viewer_safe("html", PAGE.format("<p>ok</p>").encode())
    assert not is_viewer_safe("html", PAGE.format(f"<p>ok</p>{call}<p>ok</p>").encode())


@pytest.mark.parametrize(
    "text",
    [
        PAGE.format(
            '<div class="a"><p dir="rtl">تهديد &amp; دفع</p><a href="#m1">x</a><img src="photos/1.jpg"/><br></div>'
        ),
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/></head><body>é</body></html>',
        "<html><head><style>._a6-g{padding:8px}</style></head><body>plain</body></html>",
        "<p>plain</p><!-- a remark -->",
    ],
)
def test_a_plain_page_is_safe(text: str) -> None:
    assert is_viewer_safe("html", text.encode())


def test_a_page_whose_encoding_a_browser_guesses_is_not_safe() -> None:
    assert not is_viewer_safe("html", "<p>é</p>".encode())
    assert not is_viewer_safe("html", PAGE.format("x").encode("utf-16"))
    assert is_viewer_safe("html", b"\xef\xbb\xbf" + "<p>é</p>".encode())


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        (
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<smses count=\"1\"><sms body=\"x\"/></smses>",
            True,
        ),
        ("<smses><![CDATA[x]]><!-- x --></smses>", True),
        ('<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="sms.xsl"?><smses/>', False),
        ('<!DOCTYPE smses SYSTEM "https://example.org/x.dtd"><smses/>', False),
        ('<svg xmlns="&#104;ttp://www.w3.org/2000/svg" onload="x()"/>', False),
        ('<?xml version="1.0" encoding="UTF-7"?><smses/>', False),
        ('<!ENTITY x SYSTEM "file:///c:/x">', False),
    ],
)
def test_xml_is_safe_where_it_is_a_tree_and_nothing_else(text: str, safe: bool) -> None:
    assert is_viewer_safe("xml", text.encode()) is safe


@pytest.mark.parametrize(
    ("more", "safe"),
    [
        ("TEL;CELL:+212600000000\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D9=85=D9=89", True),
        ("PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRg==", True),
        ("PHOTO;VALUE=URI:https://example.org/seen.jpg", False),
        ("PHO\r\n TO;VALUE=URI:htt\r\n ps://example.org/x", False),
        ("PHOTO;ENCODING=QUOTED-PRINTABLE:https=3A=2F=2Fexample.org/x", False),
        ("SOUND:\\\\example.org\\x", False),
    ],
)
def test_a_card_is_safe_where_nothing_in_it_lies_elsewhere(more: str, safe: bool) -> None:
    assert is_viewer_safe("vcard", f"BEGIN:VCARD\r\nVERSION:3.0\r\n{more}\r\nEND:VCARD\r\n".encode()) is safe


def test_other_kinds_and_large_files_are_never_said_to_be_safe() -> None:
    assert not is_viewer_safe("svg", b"<p>x</p>")
    assert not is_viewer_safe("text", b"x")
    assert not is_viewer_safe("xml", b"<a>" + b"x" * LARGEST_BYTES + b"</a>")


def test_the_samples_keep_their_endings_as_they_deserve() -> None:
    kinds = {".xml": "xml", ".vcf": "vcard", ".html": "html", ".htm": "html"}
    found = (path for path in sorted(SAMPLES.rglob("*")) if path.suffix in kinds)
    said = {str(path.relative_to(SAMPLES)): is_viewer_safe(kinds[path.suffix], path.read_bytes()) for path in found}
    assert said["chats/sms/sms-20250513.xml"]
    assert said["phone-export/Contacts/contacts.vcf"]
    assert said["chats/messenger/html-2013/messages.htm"]
    assert not said["chats/telegram/forwarded/messages.html"]
