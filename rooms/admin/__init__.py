from rooms.admin import rooms, sessions

__all__ = ["rooms", "sessions"]
