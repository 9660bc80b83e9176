"""Addresses of Bitcoin, TRON and Ethereum, told from typing errors by their checksums."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from evidence_kit.chats.identifiers.identifier import Confidence, FoldedText, Identifier, IdentifierType, TextSpan

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_WORD = r"(?<![A-Za-z0-9])%s(?![A-Za-z0-9])"
_BASE58_ADDRESS = re.compile(_WORD % r"[13T][1-9A-HJ-NP-Za-km-z]{25,34}")
_BECH32_ADDRESS = re.compile(_WORD % r"(?:bc1[02-9ac-hj-np-z]{11,71}|BC1[02-9AC-HJ-NP-Z]{11,71})")
_ETHEREUM = re.compile(_WORD % r"0x[0-9A-Fa-f]{40}")
_WALLET_WORDS = re.compile(r"bitcoin|btc|usdt|tether|trc-?20|tron|crypto|wallet|binance|بيتكوين|محفظة", re.IGNORECASE)
_NEAR = 80


def coin_addresses(text: FoldedText) -> Iterator[Identifier]:
    """Yield addresses; one whose checksum fails only beside a word about such money, with low confidence."""
    for found in _BASE58_ADDRESS.finditer(text.folded):
        kind = IdentifierType.TRON if found[0][0] == "T" else IdentifierType.BITCOIN
        if is_base58_address(found[0]):
            yield text.finding_at(TextSpan(*found.span()), kind, found[0], Confidence.HIGH, "checksum")
        elif _beside_a_wallet_word(text.folded, found):
            yield text.finding_at(TextSpan(*found.span()), kind, found[0], Confidence.LOW, "checksum-fails")
    for found in _BECH32_ADDRESS.finditer(text.folded):
        right = is_bech32_address(found[0])
        confidence, how = (Confidence.HIGH, "checksum") if right else (Confidence.LOW, "checksum-fails")
        yield text.finding_at(TextSpan(*found.span()), IdentifierType.BITCOIN, found[0].lower(), confidence, how)
    for found in _ETHEREUM.finditer(text.folded):
        digits = found[0][2:]
        if digits in {digits.lower(), digits.upper()}:
            confidence, how = Confidence.MEDIUM, "no-checksum-in-it"
        elif is_ethereum_checksum(found[0]):
            confidence, how = Confidence.HIGH, "checksum"
        else:
            confidence, how = Confidence.LOW, "checksum-fails"
        yield text.finding_at(TextSpan(*found.span()), IdentifierType.ETHEREUM, "0x" + digits.lower(), confidence, how)


def is_base58_address(address: str) -> bool:
    """Return whether this is a Bitcoin address of the first two kinds, or a TRON address (prefix 0x41).

    Source: Base58Check as in Bitcoin: a version byte, 20 bytes, the first 4 bytes of a double SHA-256.
    """
    number = 0
    for letter in address:
        value = _BASE58.find(letter)
        if value < 0:
            return False
        number = number * 58 + value
    zeros = len(address) - len(address.lstrip("1"))
    data = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(data) != 25 or data[0] not in {0x00, 0x05, 0x41} or (data[0] == 0x41) != (address[0] == "T"):
        return False
    return hashlib.sha256(hashlib.sha256(data[:-4]).digest()).digest()[:4] == data[-4:]


def is_bech32_address(address: str) -> bool:
    """Return whether this is a segregated-witness address.

    Source: BIP 173 (bech32, witness version 0) and BIP 350 (bech32m, later versions).
    """
    address = address.lower()
    human, _, coded = address.rpartition("1")
    values = [_BECH32.find(letter) for letter in coded]
    if human != "bc" or min(values, default=-1) < 0 or not 14 <= len(address) <= 90:
        return False
    expanded = [ord(letter) >> 5 for letter in human] + [0] + [ord(letter) & 31 for letter in human]
    version, program = values[0], _eight_bits(values[1:-6])
    constant = 1 if version == 0 else 0x2BC830A3
    if _polymod(expanded + values) != constant or version > 16 or program is None:
        return False
    return len(program) in {20, 32} if version == 0 else 2 <= len(program) <= 40


def is_ethereum_checksum(address: str) -> bool:
    """Return whether the capitals of an address are right.

    Source: EIP-55: a letter is a capital where the Keccak-256 of the small letters has a digit of 8 or more.
    """
    from Cryptodome.Hash import keccak

    digits = address[2:]
    digest = keccak.new(digest_bits=256, data=digits.lower().encode()).hexdigest()
    right = (
        letter.upper() if int(mark, 16) >= 8 else letter for letter, mark in zip(digits.lower(), digest, strict=False)
    )
    return digits == "".join(right)


def _beside_a_wallet_word(text: str, found: re.Match[str]) -> bool:
    return _WALLET_WORDS.search(text[max(0, found.start() - _NEAR) : found.end() + _NEAR]) is not None


def _polymod(values: Sequence[int]) -> int:
    generator = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, constant in enumerate(generator):
            check ^= constant if top >> bit & 1 else 0
    return check


def _eight_bits(fives: Sequence[int]) -> bytes | None:
    """Return groups of five bits as bytes; None when the rest is not padding."""
    number, bits, told = 0, 0, bytearray()
    for five in fives:
        number, bits = number << 5 | five, bits + 5
        if bits >= 8:
            bits -= 8
            told.append(number >> bits & 0xFF)
            number &= (1 << bits) - 1
    return bytes(told) if bits < 5 and not number else None
