"""`evidence-kit verifier`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evidence_kit.commands._neutral_text import byte_count
from evidence_kit.commands._setting import Setting
from evidence_kit.commands._wiring import command


@command
def verifier(
    setting: Setting,
    out: Annotated[Path, typer.Option(metavar="FILE", show_default=False)] = Path("verify.html"),
) -> None:
    """Write the page that checks an archive in a browser."""
    from evidence_kit.custody.errors import PathTakenError
    from evidence_kit.hashing.exact import sha256
    from evidence_kit.sealing import verifier as page
    from evidence_kit.vault.disk import place_new

    content = page.verifier_page()
    if not (out.is_file() and out.read_bytes() == content):
        try:
            place_new(setting.world().disk, out, content)
        except FileExistsError as error:
            raise PathTakenError("file-exists", path=str(out)) from error
    digest = sha256(content).hex
    setting.screen.show("verifier.written", path=str(out), size=byte_count(len(content)))
    setting.screen.result(digest)
    setting.screen.document({"path": str(out), "size": len(content), "sha256": digest})
