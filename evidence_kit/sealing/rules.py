"""Every rule that the verifier enforces: its number, the finding it gives, and the function that enforces it.

What each rule reads and refuses stands in docs/RULES.md, with what shows that it is enforced; a test holds this table,
that document, the findings and the code against each other. Places are named and not imported: a rule may be enforced
in a layer above this one, and whoever only looks a rule up need not load what enforces it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        number: As docs/RULES.md counts it.
        code: Of the finding.
        place: The function that enforces it, as `module:name`, below `evidence_kit`.
    """

    number: str
    code: str
    place: str


_CHAIN: Final = "custody.chain"
_CLEAR: Final = "custody.clear_lines"
_LINE: Final = "custody.line"
_CHECK: Final = "sealing.check"
_COMPARE: Final = "sealing.compare"
_VERIFY: Final = "workflows.checking.verify"
_ANCHORS: Final = "workflows.checking.anchors"
_FOLDER: Final = "workflows.checking.folder_check"
_UNLOGGED: Final = "workflows.checking.unlogged"
_STAMP: Final = "workflows.handover.timestamps"
_PARTS: Final = "workflows.checking.archive_parts"
_MANY: Final = "workflows.checking.case_folders"
_CASE: Final = "workflows.case.read"

RULES: Final[tuple[Rule, ...]] = (
    Rule("L1", "log-version-unknown", f"{_CHAIN}:is_newer_format"),
    Rule("L2", "log-line-malformed", f"{_LINE}:parse_line"),
    Rule("L3", "log-line-malformed", f"{_LINE}:parse_line"),
    Rule("L4", "log-line-misnumbered", f"{_CHAIN}:_State.take"),
    Rule("L5", "log-chain-broken", f"{_CHAIN}:_State.take"),
    Rule("L6", "log-line-misdated", f"{_CHAIN}:_State._sign"),
    Rule("L7", "log-signature-invalid", f"{_CHAIN}:_holds"),
    Rule("L8", "log-signer-not-allowed", f"{_CHAIN}:_State._sign"),
    Rule("L9", "log-object-twice", f"{_CHAIN}:_State._accept"),
    Rule("L10", "log-nothing-signed", f"{_CHAIN}:_State.finish"),
    Rule("L11", "log-tail-unfinished", f"{_CHAIN}:_State.finish"),
    Rule("L12", "log-tail-unsigned", f"{_CHAIN}:_State.finish"),
    Rule("C1", "log-clear-not-understood", f"{_CHAIN}:_State._establish"),
    Rule("C2", "log-clear-not-understood", f"{_CLEAR}:_case_opened"),
    Rule("C3", "log-clear-not-understood", f"{_CLEAR}:_signer_added"),
    Rule("C4", "log-clear-not-understood", f"{_CLEAR}:_recipient_changed"),
    Rule("C5", "log-clear-not-understood", f"{_CLEAR}:_reader_granted"),
    Rule("C6", "log-clear-not-understood", f"{_CLEAR}:_destroyed"),
    Rule("C7", "log-clear-not-understood", f"{_CLEAR}:_anchored"),
    Rule("O1", "opening-changed", f"{_CHECK}:_Reader._opening"),
    Rule("O2", "opening-malformed", "custody.opening:decode_opening"),
    Rule("O3", "opening-and-clear-differ", "custody.meaning:clear_agrees"),
    Rule("O4", "item-and-line-differ", "custody.meaning:object_agrees"),
    Rule("O5", "item-witnessed-twice", f"{_CHECK}:_Reader._remember"),
    Rule("O10", "commit-told-differently", "custody.meaning:commit_agrees"),
    Rule("O6", "events-cut", f"{_CHECK}:_Reader._events"),
    Rule("O7", "events-miscounted", f"{_CHECK}:_Reader._events"),
    Rule("O8", "opening-missing", f"{_COMPARE}:Comparison._items"),
    Rule("O9", "opening-against-plan", f"{_COMPARE}:Comparison._items"),
    Rule("P1", "seal-plan-missing", f"{_COMPARE}:Comparison._items"),
    Rule("P2", "plan-version-unknown", "sealing.plan:parse_plan"),
    Rule("P3", "seal-plan-malformed", "sealing.plan:parse_plan"),
    Rule("P4", "seal-plan-miscounts", f"{_COMPARE}:Comparison._items"),
    Rule("P5", "seal-plan-differs", f"{_COMPARE}:Comparison._part"),
    Rule("P6", "report-changed", f"{_COMPARE}:Comparison._reports"),
    Rule("I1", "item-missing", f"{_COMPARE}:Comparison._original"),
    Rule("I2", "item-unplanned", f"{_COMPARE}:Comparison._original"),
    Rule("I3", "item-destroyed", f"{_COMPARE}:_of_the_log"),
    Rule("I4", "item-without-event", f"{_COMPARE}:Comparison._original"),
    Rule("I5", "item-changed", f"{_COMPARE}:Comparison._original"),
    Rule("I6", "item-misnamed", f"{_COMPARE}:Comparison._original"),
    Rule("B1", "bag-file-missing", f"{_COMPARE}:Comparison.compare_all"),
    Rule("B2", "bag-case-differs", f"{_COMPARE}:Comparison.compare_all"),
    Rule("B3", "bag-file-differs", f"{_COMPARE}:Comparison._tag_files"),
    Rule("B4", "bag-file-differs", "sealing.bag:states_truth"),
    Rule("B5", "allowed-signers-of-earlier-form", "sealing.bag:allowed_signers_before"),
    Rule("B6", "bag-signature-invalid", f"{_COMPARE}:Comparison._tag_manifest"),
    Rule("B7", "bag-signature-malformed", "keys.sshsig:unarmour"),
    Rule("B8", "bag-file-unlisted", f"{_COMPARE}:Comparison._tag_manifest"),
    Rule("B9", "bag-file-changed", f"{_COMPARE}:Comparison._tag_manifest"),
    Rule("B10", "bag-manifest-malformed", "sealing.bag:parse_manifest"),
    Rule("Z1", "archive-member-unexpected", f"{_CHECK}:_Reader._belongs"),
    Rule("Z2", "archive-member-misplaced", f"{_CHECK}:_Reader._file"),
    Rule("Z3", "archive-crc-differs", f"{_CHECK}:_Reader._file"),
    Rule("Z4", "archive-inner-form", "sealing.zipform:member_of"),
    Rule("Z5", "archive-directory-changed", "sealing.zipform:directory_bytes"),
    Rule("Z6", "archive-code-wrong", "sealing.archive:OpenedArchive.authentic"),
    Rule("Z7", "archive-trailer-changed", "sealing.archive:OpenedArchive.trailer_intact"),
    Rule("Z8", "archive-header-changed", f"{_CHECK}:_meant"),
    Rule("Z9", "archive-bytes-behind", f"{_CHECK}:_source"),
    Rule("Z10", "archive-cut", "sealing.archive:outer_member"),
    Rule("Z11", "archive-not-ours", f"{_CHECK}:_meant"),
    Rule("Z12", "archive-passphrase", "sealing.archive:open_archive"),
    Rule("Z13", "file-unreadable", f"{_VERIFY}:verify_archive"),
    Rule("S1", "statement-unreadable", "sealing.statement:Statement.parse"),
    Rule("S2", "statement-signature-invalid", f"{_VERIFY}:_statement"),
    Rule("S3", "statement-differs", f"{_VERIFY}:_statement"),
    Rule("R1", "receipt-not-found", f"{_ANCHORS}:anchor_receipt"),
    Rule("R2", "receipt-came-along", f"{_ANCHORS}:anchor_receipt"),
    Rule("T1", "time-stamp-malformed", "keys.timestamp:read_stamp"),
    Rule("T2", "time-stamp-of-another-line", f"{_STAMP}:judge_stamps"),
    Rule("T3", "time-stamp-told-differently", f"{_STAMP}:judge_stamps"),
    Rule("T4", "time-stamp-before-line", "keys.timestamp:Stamp.before"),
    Rule("T5", "time-stamp-authority-unknown", "keys.timestamp:check_stamp"),
    Rule("R3", "received-file-invalid", f"{_ANCHORS}:anchor_companion"),
    Rule("R4", "received-signature-invalid", f"{_ANCHORS}:anchor_confirmations"),
    Rule("R5", "received-key-unknown", f"{_ANCHORS}:_anchor_confirmation"),
    Rule("R6", "received-key-not-a-receiver", f"{_ANCHORS}:_anchor_confirmation"),
    Rule("R7", "part-not-here", f"{_PARTS}:common_result"),
    Rule("R8", "parts-differ", f"{_PARTS}:common_result"),
    Rule("R9", "file-beside-archive", f"{_PARTS}:unexpected_files"),
    Rule("R10", "archive-beside-not-checked", f"{_PARTS}:unexpected_files"),
    Rule("F1", "body-missing", f"{_FOLDER}:FolderCheck._file"),
    Rule("F2", "body-changed", f"{_FOLDER}:FolderCheck._file"),
    Rule("F3", "body-unreadable", f"{_CASE}:opened_events"),
    Rule("F4", "body-miscounted", f"{_CASE}:open_lines"),
    Rule("F5", "key-missing", f"{_FOLDER}:FolderCheck._file"),
    Rule("F6", "key-changed", f"{_FOLDER}:FolderCheck._file"),
    Rule("F7", "key-opens-another", f"{_FOLDER}:FolderCheck._wrapped"),
    Rule("F8", "opening-incomplete", f"{_FOLDER}:FolderCheck._apply"),
    Rule("F9", "item-without-file", f"{_FOLDER}:FolderCheck._item"),
    Rule("F10", "item-undecryptable", f"{_FOLDER}:FolderCheck._item"),
    Rule("F11", "item-not-what-was-taken-in", f"{_FOLDER}:FolderCheck._item"),
    Rule("F12", "log-cut", f"{_UNLOGGED}:unlogged"),
    Rule("F13", "log-not-as-remembered", f"{_FOLDER}:FolderCheck._not_as_remembered"),
    Rule("F14", "log-shorter", f"{_MANY}:_hold"),
    Rule("F15", "log-forked", f"{_MANY}:_hold"),
    Rule("F16", "case-renamed", f"{_FOLDER}:FolderCheck.check"),
    Rule("F17", "case-gone", f"{_MANY}:verify_below"),
    Rule("F18", "recovered-missing", f"{_FOLDER}:FolderCheck._recovered"),
    Rule("F19", "recovered-changed", f"{_FOLDER}:FolderCheck._recovered"),
    Rule("F20", "destruction-unfinished", f"{_FOLDER}:FolderCheck._files"),
    Rule("F21", "file-not-in-log", "vault.folder:CaseFolder.strangers"),
    Rule("F22", "file-of-the-system", f"{_UNLOGGED}:unlogged"),
    Rule("F23", "readme-changed", f"{_UNLOGGED}:_readme"),
    Rule("F24", "log-earlier-unproven", f"{_FOLDER}:FolderCheck._not_as_remembered"),
)
