"""What a path lies on; what may be a phone is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence_kit.intake.mounts import MediumKind, Mount, medium_of, mount_table, parse_mounts

# As Linux writes it; the second mount point has a space in its name.
TABLE = """\
22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
90 22 8:1 / /run/media/salma/MY\\040STICK rw shared:50 - vfat /dev/sda1 rw
91 22 0:50 / /run/user/1000/gvfs rw shared:51 - fuse.gvfsd-fuse gvfsd-fuse rw
92 22 0:51 / /home/salma/phone rw - fuse.jmtpfs jmtpfs rw
93 22 0:52 / /srv/shared rw - nfs4 server:/shared rw
nonsense
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/salma/Downloads/export", MediumKind.DISK),
        ("/home/salma/phonebook", MediumKind.DISK),
        ("/run/media/salma/MY STICK/export", MediumKind.REMOVABLE),
        ("/run/user/1000/gvfs/mtp:host=Samsung_A52/Internal storage/DCIM", MediumKind.PHONE),
        ("/run/user/1000/gvfs/gphoto2:host=Apple_iPhone/DCIM", MediumKind.PHONE),
        ("/run/user/1000/gvfs/smb-share:server=nas,share=x", MediumKind.PHONE),
        ("/run/user/1000/kio-fuse-aBcDeF/mtp/Galaxy/DCIM", MediumKind.PHONE),
        ("/home/salma/phone/DCIM", MediumKind.PHONE),
        ("/srv/shared/export", MediumKind.NETWORK),
    ],
)
def test_a_path_lies_on_what_its_mount_says(path: str, expected: MediumKind) -> None:
    assert medium_of(Path(path), parse_mounts(TABLE)) is expected


def test_a_memory_card_that_looks_like_a_phone_is_one(tmp_path: Path) -> None:
    known = [Mount("/", "ext4"), Mount(str(tmp_path), "vfat")]
    (tmp_path / "DCIM").mkdir()
    assert medium_of(tmp_path / "DCIM", known) is MediumKind.REMOVABLE
    (tmp_path / "Android").mkdir()
    assert medium_of(tmp_path / "DCIM" / "a.jpg", known) is MediumKind.PHONE


def test_a_link_does_not_hide_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "phone").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "phone")
    known = [Mount("/", "ext4"), Mount(str(tmp_path / "phone"), "fuse.simple-mtpfs")]
    assert medium_of(tmp_path / "link" / "x", known) is MediumKind.PHONE


def test_this_computer_has_a_table_or_none() -> None:
    assert all(each.point.startswith("/") for each in mount_table())


def test_without_a_table_of_file_systems_nobody_knows_what_a_path_lies_on(tmp_path: Path) -> None:
    assert medium_of(tmp_path, []) is MediumKind.UNKNOWN
    assert medium_of(Path("/run/user/1000/gvfs/mtp:host=Samsung_A52/DCIM"), []) is MediumKind.PHONE
