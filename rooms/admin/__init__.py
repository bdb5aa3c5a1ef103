from rooms.admin import entry, rooms, sessions

__all__ = ["entry", "rooms", "sessions"]
