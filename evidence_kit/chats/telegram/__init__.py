"""Words of Telegram's records outside of their text, and events.

In: one record. Out: further words and events of its message.
"""
