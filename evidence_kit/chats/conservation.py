"""Keeps every reader to the rule that nothing of an export is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from evidence_kit.chats.message import ByteRange, Entry, Message, Unread, UnreadReason


def conserved_entries(entries: Iterable[Entry], size_bytes: int) -> Iterator[Entry]:
    """Yield the entries, and every stretch of the file that they leave out.

    Args:
        entries: What a reader yields, in file order.
        size_bytes: Size of the file.

    Yields:
        The same entries; between them `Unread` where one does not begin where the last ended; at the end one
        more when there was no message at all, since a recognised file without messages is never "nothing
        there".
    """
    reached, said = 0, False
    for entry in entries:
        place = entry.place
        if place.start > reached:
            yield Unread(ByteRange(reached, place.start), UnreadReason.OVERLOOKED)
        reached = max(reached, place.end)
        if not said:
            said = isinstance(entry, Message) or (isinstance(entry, Unread) and entry.why is UnreadReason.UNSUPPORTED)
        yield entry
    if reached < size_bytes:
        yield Unread(ByteRange(reached, size_bytes), UnreadReason.OVERLOOKED)
    if not said:
        yield Unread(ByteRange(size_bytes, size_bytes), UnreadReason.NO_MESSAGES)
