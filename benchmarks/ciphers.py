"""What each step of sealing and verifying costs by itself, on one core: `python -m benchmarks.ciphers [--mib 128]`.

Megabytes a second of processor time, the best of three; the text is random and stays where it is, so that nothing but
the step is measured.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import io
import os
import time
import zlib
from collections.abc import Callable

from evidence_kit.keys import age
from evidence_kit.keys.aes_counter import CounterStream
from evidence_kit.keys.age import CaseIdentity

PIECE = 1 << 20


def main() -> None:
    """Print one line a step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=128)
    count: int = parser.parse_args().mib
    for name, act in steps(count).items():
        print(f"{name:64} {count * PIECE / 1e6 / min(_seconds(act) for _ in range(3)):7.0f} MB/s", flush=True)


def steps(count: int) -> dict[str, Callable[[], None]]:
    """Return every step by name; each works on so many MiB."""
    from Cryptodome.Cipher import AES
    from Cryptodome.Util import Counter as TheirCounter
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from pyzipper.zipfile_aes import AESZipEncrypter

    piece, room = os.urandom(PIECE), bytearray(PIECE + 16)
    identity = CaseIdentity.generate()
    sealed = io.BytesIO()
    age.encrypt_stream(_Text(piece, count), sealed, identity.recipient)
    kept = sealed.getvalue()
    ours, blocks = CounterStream(bytes(32)), Cipher(algorithms.AES(bytes(32)), modes.ECB()).encryptor()  # noqa: S305
    counting = Cipher(algorithms.AES(bytes(32)), modes.CTR(bytes(16))).encryptor()
    theirs = AES.new(bytes(32), AES.MODE_CTR, counter=TheirCounter.new(128, initial_value=1, little_endian=True))
    whole = AESZipEncrypter(b"1" * 28, nbits=256)
    code, digest = hmac.new(b"k", digestmod=hashlib.sha1), hashlib.sha256()

    def each(act: Callable[[bytes], object]) -> Callable[[], None]:
        def go() -> None:
            for _ in range(count):
                act(piece)

        return go

    return {
        "age, read by pyrage": lambda: age.decrypt_stream(io.BytesIO(kept), _Nowhere(), identity.opener),
        "age, read by our own half": lambda: age.open_stream(io.BytesIO(kept), _Nowhere(), identity),
        "pyzipper's whole encrypter (AES and HMAC-SHA1)": each(whole.encrypt),
        "AES-256, counter mode of pycryptodomex, as pyzipper calls it": each(theirs.encrypt),
        "AES-256, OpenSSL's blocks over WinZip's counter, XOR by numpy": each(ours.encrypt),
        "AES-256, OpenSSL's blocks alone": each(lambda text: blocks.update_into(text, room)),
        "AES-256, OpenSSL's own counter mode, which counts otherwise": each(
            lambda text: counting.update_into(text, room)
        ),
        "HMAC-SHA1": each(code.update),
        "SHA-256": each(digest.update),
        "CRC-32": each(zlib.crc32),
    }


def _seconds(act: Callable[[], None]) -> float:
    begun = time.process_time()
    act()
    return time.process_time() - begun


class _Text:
    def __init__(self, piece: bytes, count: int) -> None:
        self._piece, self._left = piece, count

    def read(self, _size: int, /) -> bytes:
        self._left -= 1
        return self._piece if self._left >= 0 else b""


class _Nowhere:
    def write(self, data: bytes, /) -> int:
        return len(data)

    def flush(self) -> None:
        """Nothing is kept."""


if __name__ == "__main__":
    main()
