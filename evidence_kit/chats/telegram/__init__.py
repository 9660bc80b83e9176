"""What Telegram's records say besides text: words in other places, and events."""
