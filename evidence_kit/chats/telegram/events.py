"""Events of a Telegram chat, read from the action of a service record and its numbers."""

from __future__ import annotations

from typing import Final

from evidence_kit.chats.json_records import Record, string_member
from evidence_kit.chats.message import MessageEvent
from evidence_kit.chats.told import duration_text

CALLS: Final = frozenset({"phone_call", "conference_call", "group_call"})
_EVENTS: Final = {
    "take_screenshot": "took-screenshot",
    "pin_message": "pinned",
    "clear_history": "cleared-history",
    "create_group": "created",
    "create_channel": "created",
    "edit_group_title": "renamed",
    "edit_group_photo": "changed-photo",
    "delete_group_photo": "removed-photo",
    "join_group_by_link": "joined",
    "join_group_by_request": "joined",
    "invite_to_group_call": "group-call",
}
_MEMBERS: Final = {"invite_members": "added", "remove_members": "removed"}
_UNANSWERED: Final = {"missed": "call-missed", "busy": "call-declined"}


def telegram_event(record: Record) -> MessageEvent | None:
    """Return the event that a record tells; None for a message of words."""
    if "action" in record:
        return _of_action(string_member(record, "action") or "", record)
    stars = record.get("paid_stars_amount")
    return None if stars is None else MessageEvent("asked-to-pay", {"amount": f"{stars} stars"})


def _of_action(action: str, record: Record) -> MessageEvent:
    if action in CALLS:
        return _call(action, record)
    if action == "set_messages_ttl":
        period = record.get("period")
        return (
            MessageEvent("set-timer", {"duration": duration_text(period)})
            if isinstance(period, int)
            else MessageEvent("timer-off")
        )
    if action in _MEMBERS:
        listed = record.get("members")
        names = ", ".join(str(name) for name in listed if name) if isinstance(listed, list) else ""
        return MessageEvent(_MEMBERS[action], {"names": names})
    if action.startswith("send_") and "gift" in action:
        return MessageEvent("gave-gift")
    if action.startswith("send_payment"):
        return MessageEvent("paid", {"amount": f"{record.get('amount', '?')} {record.get('currency', '')}".strip()})
    return MessageEvent(_EVENTS[action]) if action in _EVENTS else MessageEvent("service", {"action": action})


def _call(action: str, record: Record) -> MessageEvent:
    seconds = record.get("duration_seconds", record.get("duration"))
    reason = "missed" if record.get("is_missed") is True else str(record.get("discard_reason"))
    if reason in _UNANSWERED:
        return MessageEvent(_UNANSWERED[reason])
    if isinstance(seconds, int) and not isinstance(seconds, bool):
        return MessageEvent("called", {"duration": duration_text(seconds)})
    return MessageEvent("group-call" if action != "phone_call" else "call")
