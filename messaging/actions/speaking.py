"""What a player types, by whatever door: plain text, an answer, a whisper or a command."""

from typing import Any
from uuid import UUID

from messaging import commands
from messaging.actions import commands as first_commands  # noqa: F401 - registers them
from messaging.actions.attachments import FileNotReady
from messaging.actions.direct_letter import PLAIN, Letter
from messaging.actions.drafts import clear_draft
from messaging.actions.messages import Posted, send
from messaging.actions.replies import refuse_deleted, reply
from messaging.actions.whispers import whisper
from messaging.commands import Call, Told
from messaging.models import Channel, Message
from messaging.permissions import may_use
from padawanforge.kit.errors import DomainError
from players.models import Player


class UnknownCommand(DomainError):
    code = "command"


def speak(
    *,
    channel: Channel,
    player: Player,
    text: str,
    client_id: UUID | None = None,
    parent: Message | None = None,
    to: Player | None = None,
    was_draft: bool = True,
    **along: Any,
) -> Posted | Told:
    """Post it, or do what it commands; the draft that it was, if it was one, is gone then.

    What goes along (attachments, letter) is for plain text and answers.
    """
    called = commands.read(text)
    said: dict[str, Any] = {"player": player, "client_id": client_id}
    outcome: Posted | Told
    if called is not None:
        call = Call(player, channel, called[1], text, client_id, parent)
        _refuse_along(call, to, **along)
        outcome = _command(called[0], call)
    elif to is not None:
        if along.get("attachments"):
            raise FileNotReady("A whisper can't carry files. Send them by themselves.")
        outcome = whisper(channel=channel, to=to, text=commands.unescaped(text), **said)
    elif parent is not None:
        outcome = reply(parent=parent, text=commands.unescaped(text), **said, **along)
    else:
        outcome = send(channel=channel, text=commands.unescaped(text), **said, **along)
    if was_draft:
        clear_draft(player=player, channel=channel, parent=parent)
    return outcome


def _refuse_along(call: Call, to: Player | None, *, attachments: object = (), letter: Letter = PLAIN) -> None:
    """What a command can't carry must not get lost: a whisper would be read by everybody, and would stay."""
    if attachments:
        raise UnknownCommand("A command can't carry files. Send them by themselves.")
    if to is not None or (call.parent is not None and call.parent.whisper_to_id is not None):
        raise UnknownCommand("A command can't be whispered. Begin with // to write a slash.")
    if letter != PLAIN:
        raise UnknownCommand("A command can't have a subject, a priority or an end.")
    if call.parent is not None:
        refuse_deleted(call.parent, call.player, call.client_id)


def _command(name: str, call: Call) -> Posted | Told:
    if not may_use(call.channel, "commands"):
        raise UnknownCommand("Commands are switched off here. Begin with // to write a slash.")
    command = commands.get(name)
    if command is None or not command.allowed(call.player, call.channel):
        raise UnknownCommand(
            f"There is no command /{name} for you here. /help lists them; // writes a slash."
        )
    return command.run(call)
