"""tmp"""

from dataclasses import dataclass


class MemberError(Exception):
    reason = "x"


@dataclass
class Member:
    index: int
    name: str
    name_bytes: str | None
    size_bytes: int
    is_folder: bool
    refusal: str | None
    times: dict


@dataclass
class ZipPlan:
    members: tuple
    facts: tuple


def examine(f, size):
    import zipfile

    f.seek(0)
    z = zipfile.ZipFile(f)
    return ZipPlan(
        tuple(Member(i, n.filename, None, n.file_size, n.is_dir(), None, {}) for i, n in enumerate(z.infolist())),
        (),
    )


def read_member(f, m):
    import zipfile

    f.seek(0)
    z = zipfile.ZipFile(f)
    with z.open(m.name) as g:
        while p := g.read(1 << 20):
            yield p
