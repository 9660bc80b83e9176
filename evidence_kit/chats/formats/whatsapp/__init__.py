"""WhatsApp's "Export chat": a text file, in the language and the clock of the phone that wrote it.

Nothing in the file says in which language, date order or zone it is written. So it is read twice: once to
decide (`survey`), once to yield. Both times in memory that does not grow with the file.

In: the bytes of the text file. Out: its messages in file order, with what was decided on dates and senders.
"""

from evidence_kit.chats.formats.whatsapp.reading import FORMAT

__all__ = ["FORMAT"]
