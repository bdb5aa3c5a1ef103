"""Tells messaging who may read and write in rooms and private talks."""

from messaging import kinds
from rooms import permissions
from rooms.choices import ROOM, TALK

kinds.register(kinds.Kind(ROOM, may_read=permissions.may_use_channel, may_post=permissions.may_use_channel))
kinds.register(kinds.Kind(TALK, may_read=permissions.may_use_talk, may_post=permissions.may_use_talk))
