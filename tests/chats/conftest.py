"""Settings of the property tests here: a loaded machine is no failure."""

from hypothesis import settings

settings.register_profile("chats", deadline=None)
settings.load_profile("chats")
