"""A receipt as PDF and an address book, written by hand."""

from __future__ import annotations

_RECEIPT = (
    "RECU D'ENVOI D'ARGENT  (exemple invente)",
    "Agence Exemple, Larache        03/05/2025 10:25",
    "Expediteur : Nadia Elmisal",
    "Beneficiaire : Yassine Elmital",
    "Montant : 300,00 MAD      Frais : 25,00 MAD",
    "MTCN : 0012345678",
)

CONTACTS = """\
BEGIN:VCARD
VERSION:3.0
N:Elmital;Yassine;;;
FN:ياسين
TEL;TYPE=CELL:+212600000012
END:VCARD
BEGIN:VCARD
VERSION:3.0
N:Exemple;Maman;;;
FN:ماما
TEL;TYPE=CELL:0600000056
END:VCARD
"""


def receipt() -> bytes:
    """One page of text in Helvetica, with a table of offsets that is right."""
    rows = "".join(f"({row}) Tj 0 -28 Td " for row in _RECEIPT)
    stream = f"BT /F1 14 Tf 60 360 Td {rows}ET"
    parts = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 480 420] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    )
    written, offsets = "%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(written))
        written += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(parts) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return f"{written}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
