"""Exports for other people's programs: with consent, as drafts, logged, and only then under their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

from evidence_kit.custody.event import Event
from evidence_kit.custody.manifest import Item
from evidence_kit.errors import UsageError
from evidence_kit.hashing.exact import sha256
from evidence_kit.model import Json
from evidence_kit.sealing import plan
from evidence_kit.sealing.errors import NoConsentError, NothingToSealError
from evidence_kit.vault.disk import draft_beside
from evidence_kit.vault.links import is_link
from evidence_kit.vault.patience import discard_tree, patiently
from evidence_kit.workers.worker import Worker
from evidence_kit.workflows.case.disk_errors import is_regular, own_disk
from evidence_kit.workflows.case.plain_file import ensure_free, exported_before, name_recorded
from evidence_kit.workflows.case.read import Case
from evidence_kit.workflows.case.write import CaseWriter
from evidence_kit.workflows.handover import forms
from evidence_kit.workflows.handover.forms.form import ExportContents, ExportTarget, Form


def _found() -> tuple[Form, ...]:
    names = sorted(each.name for each in iter_modules(forms.__path__))
    modules = [import_module(f"{forms.__name__}.{name}") for name in names]
    return tuple(module.FORM for module in modules if hasattr(module, "FORM"))


# In the order of their modules' names.
FORMS: Final[tuple[Form, ...]] = _found()

# A manifest of a hundred thousand files.
_LARGEST_BYTES: Final = 32 << 20


@dataclass(frozen=True, slots=True)
class ExportOrder:
    """The order of an export: its items, its receiver, its form.

    Attributes:
        form: One of `FORMS`.
        purpose: What the person has to have consented to.
        items: Ids; None for all that are not excluded.
        without_consent: A named person's reason to do it all the same; it is logged.
        out: The file or folder to make.
    """

    form: Form
    purpose: str
    items: Sequence[str] | None
    without_consent: str | None
    out: Path


@dataclass(frozen=True, slots=True)
class ClearFiles:
    """The files written in clear for the receiver."""

    path: Path
    form: str
    items: int
    items_of: int
    rows: int
    size_bytes: int
    sha256: str
    line: int


def form_of(name: str) -> Form:
    """Return a form by its name.

    Raises:
        UsageError: There is none.
    """
    for form in FORMS:
        if form.name == name:
            return form
    raise UsageError("form-unknown", form=name, known=", ".join(each.name for each in FORMS))


def consented_items(case: Case, order: ExportOrder) -> list[Item]:
    """Return the items of an order, once there is consent to it.

    Raises:
        NoConsentError: Nobody consented to this purpose, or the consent was withdrawn.
        UsageError: It names an item that the case does not have, or that was excluded.
        NothingToSealError: There is none.
    """
    manifest = case.opened
    if order.form.purposes and order.purpose not in order.form.purposes:
        raise UsageError("form-purpose", form=order.form.name, purposes=", ".join(order.form.purposes))
    consent = manifest.consent_for(order.purpose)
    if order.without_consent is None and (consent is None or not consent.given):
        raise NoConsentError("no-consent", purpose=order.purpose, case=case.id)
    included = {item.id: item for item in manifest.included}
    for item in order.items or ():
        if item not in included:
            raise UsageError("item-unknown", item=item, case=case.id)
    found = [included[item] for item in sorted(order.items or included, key=plan.item_number)]
    if not found:
        raise NothingToSealError("nothing-to-seal", case=case.id)
    return found


def export_as(
    writer: CaseWriter,
    order: ExportOrder,
    on_bytes: Callable[[int], None] | None = None,
    worker: Worker | None = None,
) -> ClearFiles:
    """Write an export; the log says so before it has its name.

    Args:
        writer: The case, unlocked.
        order: The items, for whom, in which form and where.
        on_bytes: Told how many bytes were read, again and again; None where nobody watches.
        worker: Reads conversations, where the form tells them.

    Raises:
        ExportExistsError: There is something at that path already.
        ItemDamagedError: An item is not any more what was taken in; nothing is left behind.
        DiskFullError: No room; nothing is left behind.
    """
    case, world = writer.case, writer.world
    items = consented_items(case, order)
    draft = draft_beside(order.out)
    _throw_away(draft)
    day = world.clock.now().date().isoformat()
    target = ExportTarget(world.disk, draft)
    contents = ExportContents(case, items, order.purpose, day, world.kit, on_bytes or (lambda _: None), worker)
    with own_disk(len(case.opened.items)):
        try:
            rows = order.form.write(contents, target)
            facts: dict[str, Json] = {
                "what": "items",
                "form": order.form.name,
                "name": order.out.name.encode("utf-8", "replace").decode("utf-8"),
                "rows": rows,
                "size": target.size_bytes,
                "sha256": target.sha256,
                "items": [item.id for item in items],
                "purpose": order.purpose,
            }
            if order.without_consent is not None:
                facts["without_consent"] = order.without_consent
            line = _before(case, order.out, draft, facts)
            if line is None:
                ensure_free(order.out)
                line = writer.commit([Event("exported", facts)]).first
                name_recorded(writer, draft, order.out, line)
            else:
                _throw_away(draft)
        except BaseException:
            _throw_away(draft)
            raise
    return ClearFiles(
        path=order.out,
        form=order.form.name,
        items=len(items),
        items_of=len(case.opened.items),
        rows=rows,
        size_bytes=target.size_bytes,
        sha256=target.sha256,
        line=line,
    )


def _throw_away(draft: Path) -> None:
    if draft.is_dir() and not is_link(draft):
        discard_tree(draft)
    else:
        with suppress(OSError):
            patiently(lambda: draft.unlink(missing_ok=True))


def _before(case: Case, out: Path, draft: Path, facts: Mapping[str, Json]) -> int | None:
    """Return the line that says that this very export was made, file by file; None when it was not, or changed."""
    if draft.is_file():
        return exported_before(case, out, facts)
    # A bag holds the log, which has a line more by now: it is that export if nothing else was written since, and the
    # manifest that names all its files is the one in the log.
    told, last = case.opened.entries.get("exported", ()), case.custody.commits[-1]
    if not told or told[-1].line != last.first or not out.is_dir():
        return None
    before = told[-1].facts
    same = all(before.get(name) == facts[name] for name in ("what", "form", "name", "items", "purpose"))
    named = [each.read_bytes() for each in out.iterdir() if is_regular(each) and each.stat().st_size <= _LARGEST_BYTES]
    return told[-1].line if same and before["sha256"] in {sha256(data).hex for data in named} else None
