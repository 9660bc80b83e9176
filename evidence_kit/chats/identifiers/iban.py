"""Which forms an IBAN has: the structure of the account number behind the four first characters, by country."""

from __future__ import annotations

import re
from functools import cache

# `n` digits, `a` capital letters, `c` either; countries that write their accounts so.
# Source: the IBAN registry of SWIFT, and the list of countries that use the form without standing in it.
_FORMS = {
    "1a5n5n12c": "IT SM",
    "21n": "AO CV MZ",
    "22n": "DZ IR",
    "23n": "CF CG CM DJ GA GQ KM MG TD",
    "24n": "MA",
    "2a12n": "FK",
    "2a16n": "GE",
    "2a22n": "CI NE SN",
    "2a3n5n12n2n": "TG",
    "2c18c": "MD",
    "2c19n": "GW",
    "2c22n": "BF BJ ML",
    "2n12n": "SD",
    "2n18c": "SA",
    "2n2n11n1n": "EE",
    "2n3n13n2n": "TN",
    "3n10c2n": "MK",
    "3n11n": "AX FI",
    "3n13c": "KZ LU",
    "3n13n2n": "ME RS",
    "3n14n2n": "TL",
    "3n15n": "VA",
    "3n16c": "OM",
    "3n16n": "AE",
    "3n16n1n": "SE",
    "3n3n13n": "IL",
    "3n3n15n": "LY",
    "3n3n8n2n": "BA",
    "3n4n16c": "GR",
    "3n4n1n15n1n": "HU",
    "3n5n16c": "CY",
    "3n7n2n": "BE",
    "4a10n": "NL",
    "4a13c": "LV",
    "4a14c": "BH",
    "4a15c": "GI",
    "4a16c": "PK RO",
    "4a16n": "VG",
    "4a20c": "AZ",
    "4a20n": "HN NI SV",
    "4a21c": "PS QA",
    "4a22c": "KW",
    "4a24c": "LC",
    "4a2n2n12n3n3a": "MU",
    "4a2n2n16n3a": "SC",
    "4a3n12n": "IQ",
    "4a4n18c": "JO YE",
    "4a4n2n8c": "BG",
    "4a5n18c": "MT",
    "4a6n8n": "GB GG IE IM JE",
    "4c20c": "GT",
    "4c20n": "DO",
    "4c4n16c": "BY",
    "4n10n2n": "XK",
    "4n12n": "MN",
    "4n14n": "CR",
    "4n20c": "LB",
    "4n2n6n10n": "IS",
    "4n3n12n": "SO",
    "4n4n11n2n": "PT ST",
    "4n4n12c": "AD",
    "4n4n17n": "EG",
    "4n4n1n1n10n": "ES",
    "4n6n10n": "CZ SK",
    "4n6n1n": "NO",
    "4n9n1n": "DK FO GL",
    "5n11n": "AT LT",
    "5n12c": "CH LI",
    "5n1n16c": "TR",
    "5n5n11c2n": "BL FR GF GP MC MF MQ NC PF PM RE TF WF YT",
    "5n5n11n2n": "BI MR",
    "5n8n2n": "SI",
    "6n19c": "UA",
    "7n10n": "HR",
    "8c5n10n1c1c": "BR",
    "8n10n": "DE",
    "8n16c": "AL",
    "8n16n": "PL",
    "9n5n15c": "RU",
}
_LETTERS = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}
# What is left of 98 when the rest of a division by 97 was taken from it.
_CHECK = re.compile("0[2-9]|[1-8][0-9]|9[0-8]")
_PART = re.compile(r"(\d+)([nac])")


COUNTRIES = {country: form for form, countries in _FORMS.items() for country in countries.split(" ")}
"""Form of the account number by country, such as `24n`."""


def is_valid_iban(iban: str) -> bool:
    """Return whether an IBAN without blanks has its country's form, and a checksum that agrees."""
    form = COUNTRIES.get(iban[:2])
    if form is None or not _pattern(form).fullmatch(iban[4:]) or not _CHECK.fullmatch(iban[2:4]):
        return False
    return int("".join(str(int(each, 36)) for each in iban[4:] + iban[:4])) % 97 == 1


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile("".join(f"{_LETTERS[kind]}{{{length}}}" for length, kind in _PART.findall(form)))
