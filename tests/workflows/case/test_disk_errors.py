"""Whom an error of the disk blames."""

from __future__ import annotations

import errno

import pytest

from evidence_kit.custody.journal import UncertainError
from evidence_kit.errors import Exit
from evidence_kit.workflows.case.disk_errors import disk_error, own_disk


@pytest.mark.parametrize(
    ("error", "message_id", "exit_code"),
    [
        (OSError("a library's own words"), "library-broke", Exit.SYSTEM_LIMIT),
        (OSError(errno.EIO, "Input/output error"), "disk-failure", Exit.DISK_FAILURE),
        (OSError(errno.ENOSPC, "No space left"), "disk-full", Exit.DISK_FULL),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "system-limit", Exit.SYSTEM_LIMIT),
        (MemoryError(), "system-limit", Exit.SYSTEM_LIMIT),
        (UncertainError(None, "cut off"), "commit-uncertain", Exit.DISK_FAILURE),
    ],
)
def test_only_what_the_system_numbers_is_blamed_on_the_disk(error: Exception, message_id: str, exit_code: Exit) -> None:
    told = disk_error(error, safe=2)
    assert (told.message_id, told.exit_code) == (message_id, exit_code)


def test_a_library_that_fails_while_writing_is_no_failure_of_the_disk() -> None:
    with pytest.raises(Exception, match="library-broke"), own_disk(safe=2):
        raise OSError("cannot allocate")
