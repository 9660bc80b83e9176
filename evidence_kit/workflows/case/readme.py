"""README.txt of a case folder: no hash covers it, so it is told apart from a foreign text in its place."""

from __future__ import annotations

import hashlib

from evidence_kit.words import in_all_languages

_ANY_CASE = "LRC-0000-0000"
# SHA-256 of the text for the case above, as versions before this one wrote it.
_EARLIER = frozenset({"4b276e303611918520182d5caa3edebf22d1e743087a0f757dad7d90b5dcbaac"})


def readme_text(case: str) -> bytes:
    """Return the text of the file, in three languages."""
    return "\n\n".join(in_all_languages("case.readme", case=case)).encode()


def is_ours(content: bytes, case: str) -> bool:
    """Say whether this version or an earlier one wrote the file for a case of this name."""
    if content == readme_text(case):
        return True
    anonymous = content.replace(case.encode("ascii", "replace"), _ANY_CASE.encode("ascii"))
    return hashlib.sha256(anonymous).hexdigest() in _EARLIER
