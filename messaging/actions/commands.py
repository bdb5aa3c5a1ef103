"""The commands that every channel has."""

from secrets import SystemRandom

from messaging import commands
from messaging.actions.messages import Posted, post
from messaging.actions.threads import put_under
from messaging.actions.whispers import may_whisper, whisper
from messaging.commands import Call, Command, Told
from messaging.models import Message
from messaging.rules import dice
from padawanforge.kit.errors import DomainError
from players.models import Player

SHRUG = "¯\\\\\\_(ツ)\\_/¯"
_chance = SystemRandom()


class CommandNotUnderstood(DomainError):
    code = "command"


def roll(call: Call) -> Posted:
    thrown = dice.read(call.arguments or "1d6")
    if thrown is None:
        raise CommandNotUnderstood(
            f"Write it like /roll 2d6+1: at most {dice.MOST_DICE} dice of {dice.MOST_SIDES} sides."
        )
    throw = dice.throw(thrown, _chance)
    result = {"notation": str(thrown), "rolls": list(throw.rolls), "total": throw.total}
    return _say(call, dice.told(throw), {"command": "roll", "dice": result})


def act(call: Call) -> Posted:
    if not call.arguments:
        raise CommandNotUnderstood("Write what you do: /me waves.")
    return _say(call, call.arguments, {"command": "me"})


def shrug(call: Call) -> Posted:
    return _say(call, f"{call.arguments} {SHRUG}".strip(), {"command": "shrug"})


def whisper_to(call: Call) -> Posted:
    name, _, text = call.arguments.partition(" ")
    if not name or not text.strip():
        raise CommandNotUnderstood("Write it like /whisper @name hello.")
    to = Player.objects.filter(username=name.removeprefix("@").lower()).first()
    return whisper(
        channel=call.channel,
        player=call.player,
        to=to,
        text=text,
        client_id=call.client_id,
        typed=call.typed,
    )


def tell_commands(call: Call) -> Told:
    lines = [
        f"{command.line}: {command.summary}" for command in commands.allowed_to(call.player, call.channel)
    ]
    return Told("\n".join([*lines, "Begin with // to write a slash."]))


def _say(call: Call, text: str, metadata: dict) -> Posted:
    message = Message(
        channel=call.channel, player=call.player, client_id=call.client_id, text=text, metadata=metadata
    )
    if call.parent is not None:
        put_under(message, call.parent)
    return post(message, typed=call.typed)


for command in (
    Command("roll", "2d6+1", "Throws dice; everybody sees the result.", roll),
    Command("me", "what you do", "Says what you do instead of what you say.", act),
    Command("shrug", "your words", "Puts a shrug behind your words.", shrug),
    Command("whisper", "@name your words", "Says something to one player alone.", whisper_to, may_whisper),
    Command("help", "", "Lists the commands that you can use here.", tell_commands),
):
    commands.register(command)
