"""Ways in which programs write bytes as letters: each returns the text that stands for some bytes."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import itertools
import json
import lzma
import quopri
import sys
import textwrap
import urllib.parse
import zlib
from collections.abc import Callable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Encoder = Callable[[bytes], str]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _lines(width: int, end: str = "\n", before: str = "") -> Encoder:
    return lambda data: end.join(before + line for line in _pieces(_b64(data), width))


def _pieces(text: str, width: int) -> list[str]:
    return [text[at : at + width] for at in range(0, len(text), width)]


def _each(form: str, between: str = "", line: int = 0) -> Encoder:
    def encode(data: bytes) -> str:
        words = [form % byte for byte in data]
        if not line:
            return between.join(words)
        return "\n".join(between.join(words[at : at + line]) for at in range(0, len(words), line))

    return encode


def _signed(between: str) -> Encoder:
    return lambda data: between.join(str(byte - 256 if byte > 127 else byte) for byte in data)


def _uu(data: bytes) -> str:
    body = "".join(binascii.b2a_uu(data[at : at + 45], backtick=True).decode() for at in range(0, len(data), 45))
    return f"begin 644 a.jpg\n{body}`\nend"


def _uu_blanks(data: bytes) -> str:
    return "\n".join(binascii.b2a_uu(data[at : at + 45]).decode().rstrip() for at in range(0, len(data), 45))


_XX = "+-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_UU = "".join(map(chr, range(32, 96)))


def _xx(data: bytes) -> str:
    swap = str.maketrans(_UU, _XX)
    return "\n".join(
        binascii.b2a_uu(data[at : at + 45]).decode().rstrip("\n").translate(swap) for at in range(0, len(data), 45)
    )


def _yenc(data: bytes) -> str:
    out = bytearray()
    for byte in data:
        value = (byte + 42) % 256
        out += bytes([61, (value + 64) % 256]) if value in {0, 10, 13, 61} else bytes([value])
    return out.decode("latin-1")


def _hqx(data: bytes) -> str:
    alphabet = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
    bits = "".join(f"{byte:08b}" for byte in data)
    letters = "".join(alphabet[int(bits[at : at + 6].ljust(6, "0"), 2)] for at in range(0, len(bits), 6))
    return "(This file must be converted with BinHex 4.0)\n:" + "\n".join(_pieces(letters, 64)) + ":"


def _base91(data: bytes) -> str:
    alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&()*+,./:;<=>?@[]^_`{|}~"'
    out, held, bits = [], 0, 0
    for byte in data:
        held |= byte << bits
        bits += 8
        if bits > 13:
            value = held & 8191
            if value > 88:
                held, bits = held >> 13, bits - 13
            else:
                value = held & 16383
                held, bits = held >> 14, bits - 14
            out += [alphabet[value % 91], alphabet[value // 91]]
    if bits:
        out.append(alphabet[held % 91])
        if bits > 7 or held > 90:
            out.append(alphabet[held // 91])
    return "".join(out)


def _digits(alphabet: str, group: int) -> Encoder:
    """Return an encoder that writes groups of bytes as numbers to the base of an alphabet."""
    base = len(alphabet)
    width = 1
    while base**width < 256**group:
        width += 1

    def encode(data: bytes) -> str:
        out = []
        for at in range(0, len(data), group):
            number = int.from_bytes(data[at : at + group].ljust(group, b"\0"), "big")
            letters = []
            for _ in range(width):
                number, rest = divmod(number, base)
                letters.append(alphabet[rest])
            out.append("".join(reversed(letters)))
        return "".join(out)

    return encode


def _git(data: bytes) -> str:
    packed = zlib.compress(data)
    lines = []
    for at in range(0, len(packed), 52):
        piece = packed[at : at + 52]
        size = chr(64 + len(piece)) if len(piece) <= 26 else chr(70 + len(piece))
        lines.append(size + base64.b85encode(piece.ljust(-(-len(piece) // 4) * 4, b"\0")).decode())
    return f"GIT binary patch\nliteral {len(data)}\n" + "\n".join(lines) + "\n"


def _dump(data: bytes) -> str:
    out = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        pairs = " ".join(row[two : two + 2].hex() for two in range(0, len(row), 2))
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        out.append(f"{at:08x}: {pairs:<39}  {shown}")
    return "\n".join(out)


def _canonical(data: bytes) -> str:
    out = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        out.append(f"{at:08x}  {row[:8].hex(' ')}  {row[8:].hex(' ')}  |{shown}|")
    return "\n".join(out)


def _ppm(data: bytes) -> str:
    rows = [data[at : at + 12] for at in range(0, len(data), 12)]
    return "P3\n2 2\n255\n" + "\n".join(
        "  ".join(f"{a} {b} {c}" for a, b, c in itertools.zip_longest(*[iter(row)] * 3, fillvalue=0)) for row in rows
    )


def _quoted(open_: str, close: str, width: int = 70) -> Encoder:
    return lambda data: "\n".join(f"{open_}{line}{close}" for line in _pieces(_b64(data), width))


def _lower_quoted(data: bytes) -> str:
    return "".join(f"={byte:02x}" for byte in data)


def _broken(letters: Encoder, name: str) -> dict[str, Encoder]:
    """Return an encoding with every line end and at every width that programs break lines at."""

    def lines(width: int, end: str) -> Encoder:
        return lambda data: end.join(_pieces(letters(data), width))

    return {
        f"{name}, {said} at {width}": lines(width, end)
        for said, end in (("CR", "\r"), ("LF", "\n"), ("CR LF", "\r\n"), ("CR CR LF", "\r\r\n"))
        for width in (60, 75, 76, 990)
    }


def _yenc_whole(data: bytes) -> str:
    crc = f"{binascii.crc32(data):08x}"
    body = "\r\n".join(_pieces(_yenc(data), 128))
    return f"=ybegin line=128 size={len(data)} name=a.jpg\r\n{body}\r\n=yend size={len(data)} crc32={crc}"


def _hqx_whole(data: bytes) -> str:
    """Return a BinHex file with its header, its forks and their check sums."""
    head = b"\x05a.jpg\0JPEGttxt\0\0" + len(data).to_bytes(4, "big") + bytes(4)
    forks = b"".join(part + binascii.crc_hqx(part, 0).to_bytes(2, "big") for part in (head, data, b""))
    packed = forks.replace(b"\x90", b"\x90\0")
    alphabet = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
    bits = int.from_bytes(packed + bytes(-len(packed) % 3), "big")
    count = -(-len(packed) * 8 // 6)
    padded = (len(packed) + -len(packed) % 3) * 8 // 6
    letters = "".join(alphabet[bits >> 6 * (padded - 1 - at) & 63] for at in range(count))
    return "(This file must be converted with BinHex 4.0)\n\n" + "\n".join(_pieces(f":{letters}:", 64))


def _named_entities(data: bytes) -> str:
    return _b64(data).replace("+", "&plus;").replace("/", "&sol;").replace("=", "&equals;")


def _chinese(data: bytes) -> str:
    return "".join(chr(0x4E00 + (data[at] << 8 | data[at + 1]) % 20000) for at in range(0, len(data) - 1, 2))


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
_B45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_B62 = "0123456789" + _LETTERS + _LETTERS.lower()

ENCODERS: dict[str, Encoder] = {
    "base64": _b64,
    "base64, no padding": lambda data: _b64(data).rstrip("="),
    "base64url": lambda data: base64.urlsafe_b64encode(data).decode(),
    **{f"base64, lines of {width}": _lines(width) for width in (20, 36, 64, 72)},
    "base64, CR LF": _lines(76, "\r\n"),
    "base64, CR": _lines(76, "\r"),
    "base64, CR CR LF": _lines(76, "\r\r\n"),
    "base64, folded": _lines(74, "\r\n "),
    "base64, indented by 4": _lines(68, "\n", "    "),
    "base64, indented by 13": _lines(60, "\n", " " * 13),
    "base64, tabs": _lines(52, "\n", "\t\t\t"),
    "base64, quoted in a reply": _lines(76, "\n", "> "),
    "base64, quoted twice": _lines(72, "\n", ">> "),
    "base64, broken by !": _lines(990, "!\r\n "),
    "base64, blanks between": _lines(4, " "),
    "base64, / escaped": lambda data: _b64(data).replace("/", "\\/"),
    "base64, / escaped twice": lambda data: _b64(data).replace("/", "\\\\/"),
    "base64, + as \\u002B": lambda data: _b64(data).replace("+", "\\u002B"),
    "base64, + as &#x2B;": lambda data: _b64(data).replace("+", "&#x2B;"),
    "base64, + as &#43;": lambda data: _b64(data).replace("+", "&#43;"),
    "base64, percent": lambda data: urllib.parse.quote(_b64(data), safe=""),
    "base64, lines as &#xA;": _lines(76, "&#xA;"),
    "base64, lines as &#10;": _lines(76, "&#10;"),
    "base64, lines as \\n": _lines(76, "\\n"),
    "base64, lines as \\r\\n": _lines(76, "\\r\\n"),
    "base64, PHP": _quoted("$a .= '", "';"),
    "base64, Python": _quoted("    b'", "'"),
    "base64, JavaScript": _quoted('  "', '" +'),
    "base64, backwards": lambda data: _b64(data)[::-1],
    "base64 of base64": lambda data: _b64(_b64(data).encode()),
    "base64 of gzip": lambda data: _b64(gzip.compress(data, mtime=0)),
    "base64 of bzip2": lambda data: _b64(bz2.compress(data)),
    "base64 of xz": lambda data: _b64(lzma.compress(data)),
    "base64 of zlib of base64": lambda data: _b64(zlib.compress(_b64(data).encode())),
    "base64 of hexadecimal": lambda data: _b64(data.hex().encode()),
    "hexadecimal of base64": lambda data: _b64(data).encode().hex(),
    "hexadecimal of gzip": lambda data: gzip.compress(data, mtime=0).hex(),
    "data address": lambda data: f"data:image/jpeg;base64,{_b64(data)}",
    "data address, percent": lambda data: "data:image/jpeg," + urllib.parse.quote_from_bytes(data, safe=""),
    **_broken(_b64, "base64"),
    **_broken(bytes.hex, "hexadecimal"),
    **{f"base64, indented by {width}": _lines(76 - width, "\n", " " * width) for width in (1, 2, 8, 16, 24, 40)},
    **{f"base64, lines of {width}": _lines(width) for width in (10, 12, 16, 24, 28, 32, 48, 80, 120, 256)},
    "base64url, lines of 76": lambda data: "\n".join(_pieces(base64.urlsafe_b64encode(data).decode(), 76)),
    "base64, named entities": _named_entities,
    "base64 of zstd": lambda data: _b64(zstd.compress(data)),
    "hexadecimal of zstd": lambda data: zstd.compress(data).hex(),
    "base64 of gzip of zstd": lambda data: _b64(gzip.compress(zstd.compress(data), mtime=0)),
    "base64 of zstd of base64": lambda data: _b64(zstd.compress(_b64(data).encode())),
    "base64 of xz of bzip2": lambda data: _b64(lzma.compress(bz2.compress(data))),
    "uuencode of gzip": lambda data: _uu(gzip.compress(data, mtime=0)),
    "quoted-printable of uuencode": lambda data: quopri.encodestring(_uu(data).encode()).decode(),
    "PEM": lambda data: "-----BEGIN CERTIFICATE-----\n" + _lines(64)(data) + "\n-----END CERTIFICATE-----",
    "base32": lambda data: base64.b32encode(data).decode(),
    "base32, small letters": lambda data: base64.b32encode(data).decode().lower(),
    "base32hex": lambda data: base64.b32hexencode(data).decode(),
    "base36": _digits("0123456789abcdefghijklmnopqrstuvwxyz", 8),
    "base45": _digits(_B45, 2),
    "base58": _digits(_B58, 16),
    "base62": _digits(_B62, 16),
    "base85": lambda data: base64.b85encode(data).decode(),
    "Ascii85": lambda data: base64.a85encode(data, wrapcol=76).decode(),
    "Ascii85, Adobe": lambda data: base64.a85encode(data, adobe=True).decode(),
    "Z85": _digits(_Z85, 4),
    "base91": _base91,
    "hexadecimal": bytes.hex,
    "hexadecimal, capitals": lambda data: data.hex().upper(),
    "hexadecimal, lines of 60": lambda data: "\n".join(_pieces(data.hex(), 60)),
    "hexadecimal, lines of 64": lambda data: "\n".join(_pieces(data.hex(), 64)),
    "hexadecimal, pairs": lambda data: data.hex(" "),
    "hexadecimal, colons": lambda data: data.hex(":"),
    "hexadecimal, groups of 4": lambda data: data.hex(" ", 2),
    "hexadecimal, groups of 8": lambda data: data.hex(" ", 4),
    "hexadecimal, 0x": lambda data: "0x" + data.hex(),
    "hexadecimal, C": _each("0x%02X", ", ", 12),
    "hexadecimal, \\x": _each("\\x%02x"),
    "hexadecimal, nginx": _each("\\x%02X"),
    "hexadecimal, SQL": lambda data: f"X'{data.hex()}'",
    "hexadecimal, Postgres": lambda data: f"\\\\x{data.hex()}",
    "hexadecimal, RTF": _each("\\'%02x"),
    "xxd": _dump,
    "hexdump -C": _canonical,
    "octal": _each("\\%03o"),
    "octal, od": _each("%03o", " ", 16),
    "binary digits": lambda data: " ".join(f"{byte:08b}" for byte in data),
    "letters a to p": lambda data: "".join(chr(97 + (byte >> 4)) + chr(97 + (byte & 15)) for byte in data),
    "percent": lambda data: urllib.parse.quote_from_bytes(data, safe=""),
    "percent, all": _each("%%%02X"),
    "entities, decimal": _each("&#%d;"),
    "entities, hexadecimal": _each("&#x%x;"),
    "\\u00ff": _each("\\u%04x"),
    "Latin-1 as UTF-8": lambda data: data.decode("latin-1"),
    "code page 437 as UTF-8": lambda data: data.decode("cp437"),
    "Arabic code page as UTF-8": lambda data: data.decode("cp1256"),
    "Braille": lambda data: "".join(chr(0x2800 + byte) for byte in data),
    "emoji": lambda data: "".join(chr(0x1F3F7 + byte) for byte in data),
    "Chinese characters": _chinese,
    "Python": repr,
    "numbers": _each("%d", ","),
    "numbers, blanks": _each("%d", ", "),
    "numbers, spaces": _each("%d", " ", 20),
    "numbers, lines": _each("%d", "\n"),
    "numbers, signed": _signed(","),
    "numbers, signed, blanks": _signed(", "),
    "numbers by number": lambda data: json.dumps({str(at): byte for at, byte in enumerate(data)}),
    "numbers, semicolons": _each("%d", ";"),
    "numbers, PPM": _ppm,
    "quoted-printable": lambda data: quopri.encodestring(data, quotetabs=True).decode("latin-1"),
    "quoted-printable, small letters": lambda data: "=\n".join(_pieces(_lower_quoted(data), 75)),
    "quoted-printable of base64": lambda data: "=\n".join(_pieces(_b64(data).replace("=", "=3D"), 75)),
    "uuencode": _uu,
    "uuencode, blanks": _uu_blanks,
    "xxencode": _xx,
    "yEnc": _yenc,
    "yEnc with its lines": _yenc_whole,
    "BinHex with its header": _hqx_whole,
    "base91 in lines": lambda data: "\n".join(_pieces(_base91(data), 76)),
    "JavaScript, bytes": lambda data: f"new Uint8Array([{', '.join(map(str, data))}])",
    "JavaScript, characters": lambda data: f"String.fromCharCode({','.join(map(str, data))})",
    "PHP, chr": lambda data: ".".join(f"chr({byte})" for byte in data),
    "PHP, \\x": lambda data: '$a = "' + "".join(f"\\x{byte:02x}" for byte in data) + '";',
    "Python, bytes": lambda data: f"bytes([{', '.join(f'0x{byte:02x}' for byte in data)}])",
    "numbers, lines of CR LF": _each("%d", "\r\n"),
    "numbers, signed, lines": _signed("\n"),
    "SQL, 0x": lambda data: f"VALUES (1, 0x{data.hex().upper()});",
    "BinHex": _hqx,
    "git": _git,
    "JSON in JSON": lambda data: json.dumps(json.dumps({"a": _b64(data)})),
    "wrapped by 40": lambda data: "\n".join(textwrap.wrap(_b64(data), 40)),
}  # fmt: skip
