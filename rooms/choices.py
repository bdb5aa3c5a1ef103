"""The kinds of channel that rooms and private talks own."""

ROOM = "room"
TALK = "npc"
