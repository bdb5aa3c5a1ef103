"""What is chosen for a session, and an answer; how many statements there are is checked by the action."""

from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from learning.models import Topic
from learning.queries.statements import topics_with_counts
from messaging.models import ChannelMember
from npcs.choices import Difficulty
from npcs.models import Npc
from players.models import Player
from rooms import modes
from rooms.models import GameSession, Room

Type = GameSession.Type
MYSELF = "me"
# The most that one choice may hold; a tournament multiplies its statements by its rounds.
MOST_ROUNDS, MOST_IN_A_MATCH = 50, 10
# Fields beside those that every kind has.
OWN_FIELDS = {
    Type.GAME: ("mode", "seconds", "host", "apart"),
    Type.LOBBY: ("mode", "seconds", "host", "apart"),
    Type.PRIVATE: ("mode", "seconds", "players", "apart"),
    Type.TOURNAMENT: ("format", "mode", "seconds", "host"),
    Type.TRAINING: ("until",),
}
KINDS = {
    Type.GAME: ("Game", "Everybody in the room can join and says when ready; then you begin."),
    Type.LOBBY: ("Lobby", "It begins by itself as soon as everybody who has joined is ready."),
    Type.PRIVATE: ("Private", "Only those whom you choose play; the others see that a game is running."),
    Type.TOURNAMENT: (
        "Tournament",
        "Players meet in pairs, with statements that are equally hard in each round.",
    ),
    Type.TRAINING: ("Training", "Everybody at his own pace; with a deadline if you give one."),
}


class SessionForm(forms.Form):
    """Only the fields that the kind has."""

    topic = forms.ModelChoiceField(Topic.objects.none(), empty_label=None)
    difficulty = forms.ChoiceField(required=False, choices=[("", "All levels"), *Difficulty.choices])
    format = forms.ChoiceField(choices=GameSession.Format.choices, label="How pairs are made")
    rounds = forms.IntegerField(min_value=1, max_value=MOST_ROUNDS, initial=10, label="Statements")
    seconds = forms.IntegerField(min_value=10, max_value=120, initial=20, label="Seconds for each")
    mode = forms.ChoiceField(
        required=False, label="Points", help_text="By how sure you say you are, or by speed."
    )
    host = forms.ChoiceField(required=False, label="Who hosts it")
    players = forms.ModelMultipleChoiceField(
        Player.objects.none(), label="With whom", widget=forms.CheckboxSelectMultiple
    )
    apart = forms.BooleanField(
        required=False,
        label="Different sides for neighbours",
        help_text="Where a fact has a true and a false sentence, every second player gets the other one.",
    )
    until = forms.DateTimeField(
        required=False,
        label="Deadline",
        help_text="Empty: it stays open until you close it.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: object, room: Room, player: Player, kind: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.room, self.kind = room, kind
        for name in {name for names in OWN_FIELDS.values() for name in names} - set(OWN_FIELDS[kind]):
            del self.fields[name]
        self._fill_topics()
        if "mode" in self.fields:
            fitting = [(mode.slug, mode.label) for mode in modes.all_of(kind)]
            self.fields["mode"].choices = fitting
        if kind == Type.TOURNAMENT:
            self.fields["rounds"].label = "Statements in each round"
            self.fields["rounds"].initial = 5
            self.fields["rounds"].max_value = MOST_IN_A_MATCH
            self.fields["rounds"].validators.append(
                forms.fields.validators.MaxValueValidator(MOST_IN_A_MATCH)
            )
        if "host" in self.fields:
            self.fields["host"].choices = self._hosts()
        if "players" in self.fields:
            self.fields["players"].queryset = self._others(player)
            self.fields["players"].label_from_instance = lambda one: one.name

    def _fill_topics(self) -> None:
        topics = topics_with_counts()
        self.fields["topic"].queryset = topics
        self.fields["topic"].label_from_instance = lambda topic: f"{topic.name} ({topic.playable} statements)"
        # What the characters of the room know about is the likeliest choice.
        known = topics.filter(statements__npc__room_places__room=self.room).first()
        self.fields["topic"].initial = known and known.pk

    def _hosts(self) -> Iterable[tuple[str, str]]:
        here = Npc.objects.active().filter(room_places__room=self.room, room_places__is_active=True)
        named = [(str(npc.pk), npc.name) for npc in here.order_by("name").distinct()]
        return [("", "The first character of the room"), *named, (MYSELF, "I host it and don't play")]

    def _others(self, player: Player) -> QuerySet[Player]:
        members = ChannelMember.objects.filter(channel=self.room.channel_id).values("player_id")
        found = Player.objects.filter(pk__in=members, is_active=True).exclude(pk=player.pk)
        return found.select_related("profile").order_by("username")

    def clean_until(self) -> datetime | None:
        until = self.cleaned_data.get("until")
        if until is not None and until <= timezone.now():
            raise forms.ValidationError("This moment is over. Choose a later one, or none.")
        return until

    def plan_fields(self) -> dict:
        """As `rooms.actions.sessions.Plan` takes them."""
        data = self.cleaned_data
        chosen = {name: data[name] for name in ("topic", "difficulty", "rounds")}
        chosen |= {name: data[name] for name in ("seconds", "mode", "format") if data.get(name)}
        host = data.get("host", "")
        if host == MYSELF:
            chosen["leads"] = True
        elif host:
            chosen["host"] = Npc.objects.get(pk=host)
        if data.get("apart"):
            chosen["apart"] = True
        if "players" in data:
            chosen["players"] = tuple(data["players"])
        return {"kind": self.kind, **chosen}


class AnswerForm(forms.Form):
    """One tap: true, false or pass, for which round, and how sure one is."""

    verdict = forms.TypedChoiceField(
        choices=[("true", "True"), ("false", "False"), ("pass", "Pass")],
        coerce={"true": True, "false": False, "pass": None}.get,
        empty_value=None,
    )
    round = forms.IntegerField(min_value=1)
    confidence = forms.TypedChoiceField(
        required=False, choices=[(1, "Guess"), (2, "Think so"), (3, "Sure")], coerce=int, empty_value=None
    )
    client_id = forms.UUIDField(required=False)


class PauseForm(forms.Form):
    reason = forms.CharField(required=False, max_length=200, label="Why")
