"""Words of Telegram's records outside of their text, and events."""
