"""Keys that people compared: what is forgotten twice is forgotten, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.errors import Exit
from evidence_kit.keys.errors import NameUnknownError
from evidence_kit.keys.station import SigningKey
from evidence_kit.vault.disk import RealDisk
from evidence_kit.workflows.checking.trusted_keys import forget_name, trust_key, trusted_keys


def test_a_name_forgotten_twice_is_no_failure(tmp_path: Path) -> None:
    """Where the first run was told that the disk failed, nobody knows whether it is done: the second says so."""
    trust_key(tmp_path, "Nadia", SigningKey.generate().public.line, RealDisk())
    forget_name(tmp_path, "Nadia", RealDisk())
    assert trusted_keys(tmp_path) == {}
    with pytest.raises(NameUnknownError) as told:
        forget_name(tmp_path, "Nadia", RealDisk())
    assert told.value.exit_code is Exit.INCOMPLETE
