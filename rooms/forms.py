from dataclasses import dataclass

from django import forms

from npcs.choices import Difficulty
from npcs.models import Npc, NpcCategory
from padawanforge.kit.markdown import clean_text
from players.models import Player
from rooms.models import Room, RoomNpc, RoomSettings
from rooms.models.settings import CHOSEN_FIELDS, ROOM_FIELDS
from rooms.queries.doors import is_staff
from rooms.rules.audiences import MARKED_BY_STAFF, ONLY_STAFF
from rooms.rules.words import listed, problem_of

TEXTS = ("stage_direction", "welcome_message", "room_rules", "refused_words")
OPEN_SECTIONS = 2


class LobbyForm(forms.Form):
    """The filters of the lobby; what is not understood is left out."""

    search = forms.CharField(required=False, max_length=100)
    category = forms.CharField(required=False, max_length=50)
    difficulty = forms.ChoiceField(required=False, choices=[("", "Any level"), *Difficulty.choices])
    tag = forms.SlugField(required=False, max_length=40)
    room_type = forms.ChoiceField(required=False, choices=[("", "Any kind"), *Room.Type.choices])
    free = forms.BooleanField(required=False, label="Free places")
    featured = forms.BooleanField(required=False, label="Featured")
    mine = forms.BooleanField(required=False, label="Mine")

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form under a title; shut until somebody wants it, unless something in it is wrong."""

    title: str
    text: str
    fields: list[forms.BoundField]
    is_open: bool


# Title, what it is about, fields.
SECTIONS = (
    (
        "The room",
        "What people see of it in the lobby.",
        ("name", "description", "room_type", "category", "difficulty", "tags"),
    ),
    (
        "Who comes in",
        "Its doors, and what newcomers read.",
        (
            "visibility", "audience", "max_players", "require_approval", "allow_anonymous", "welcome_message", "room_rules",
        ),
    ),
    (
        "Characters",
        "Who lives here, and how talkative they are.",
        (
            "characters", "npc_role", "npcs_speak", "activation_mode", "npc_pause_seconds", "npc_budget",
            "stage_direction",
        ),
    ),
    ("Look and news", "How it looks inside, and what it tells its members.", ("theme", "notify", "notify_joins")),
    (
        "Moderation",
        "The ages of the people in the room may raise the level by themselves.",
        ("moderation_level", "slow_seconds", "messages_per_minute", "refused_words"),
    ),
    (
        "What can be done here",
        "What is off is refused to everybody in the room.",
        (
            "members_start_sessions", "allow_attachments", "allow_polls", "allow_reactions", "allow_whispers",
            "allow_commands",
        ),
    ),
    (
        "Its end",
        "An archived room can be opened again; nothing in it is lost. A running quiz is never cut off.",
        ("auto_delete_when_empty", "max_idle_time"),
    ),
)  # fmt: skip
SETTINGS_HELP = {
    "require_approval": "Who wants to come in asks first.",
    "welcome_message": "Shown to everybody who enters for the first time. Markdown as in messages.",
    "room_rules": "Markdown as in messages. When they change, they are to be accepted again.",
    "theme": "Colours of the room; readable in light and dark.",
    "activation_mode": "Whoever is called by name is asked first, except where everything is by hand.",
    "npc_budget": "All of them together. Then they are silent for a while, whoever asks.",
    "stage_direction": "What the characters keep in mind in this room. Only those who manage it read it.",
    "npc_pause_seconds": "0: they answer as often as they are called.",
    "slow_seconds": "0: none. People who moderate aren't slowed down.",
    "refused_words": "One word to a line. Disguises of it are recognised; parts of other words are not touched.",
    "max_idle_time": "0: never.",
}
SETTINGS_LABELS = {
    "room_rules": "Rules",
    "refused_words": "Words that aren't wanted here",
    "npcs_speak": "Characters speak",
    "notify": "Members are notified of",
    "moderation_level": "Level",
}


class RefusedWords:
    """For each form in which the words of a room are written."""

    cleaned_data: dict

    def clean_refused_words(self) -> str:
        words = listed(self.cleaned_data["refused_words"])
        if problem := problem_of(words):
            raise forms.ValidationError(problem, code="invalid")
        return words


class SettingsForm(RefusedWords, forms.ModelForm):
    """A room and everything that was chosen for it."""

    tags = forms.CharField(
        required=False,
        max_length=200,
        help_text="Words by which people find the room, separated by commas; at most eight.",
    )

    class Meta:
        model = Room
        fields = ROOM_FIELDS
        widgets = {"description": forms.Textarea({"rows": 3})}
        labels = {"room_type": "Type", "max_players": "Places"}

    def __init__(self, *args: object, by: Player, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._offer_audiences(by)
        shelves = NpcCategory.objects.filter(is_active=True).order_by("sort_order", "display_name")
        self.fields["category"].queryset = shelves
        self.fields |= forms.fields_for_model(
            RoomSettings,
            fields=CHOSEN_FIELDS,
            widgets={name: forms.Textarea({"rows": 3}) for name in TEXTS},
            help_texts=SETTINGS_HELP,
            labels=SETTINGS_LABELS,
        )
        if room := kwargs.get("instance"):
            words = ", ".join(room.tags.order_by("name").values_list("name", flat=True))
            known = forms.model_to_dict(room.settings, fields=CHOSEN_FIELDS)
            self.initial = {**self.initial, **known, "tags": words}

    def _offer_audiences(self, by: Player) -> None:
        """What only staff choose isn't offered to others, with the reason beside it."""
        field = self.fields["audience"]
        if is_staff(by):
            return
        field.disabled = self.instance.audience in MARKED_BY_STAFF
        field.help_text = ONLY_STAFF
        if not field.disabled:
            field.choices = [choice for choice in field.choices if choice[0] not in MARKED_BY_STAFF]

    def clean_name(self) -> str:
        """Invisible characters are no name."""
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError("Give the room a name that people can read.", code="required")
        return name

    def clean_tags(self) -> list[str]:
        return [tag.strip() for tag in self.cleaned_data["tags"].split(",") if tag.strip()]

    def clean(self) -> dict:
        """What the columns of the settings can't be: the form's own model is the room."""
        cleaned = super().clean()
        values = {name: cleaned[name] for name in CHOSEN_FIELDS if name in cleaned}
        others = [field.name for field in RoomSettings._meta.fields if field.name not in values]
        try:
            RoomSettings(**values).clean_fields(exclude=others)
        except forms.ValidationError as invalid:
            self.add_error(None, invalid)
        return cleaned

    def sections(self) -> list[Section]:
        """The first two are what nobody can do without."""
        return [
            Section(
                title,
                text,
                fields := [self[name] for name in names if name in self.fields],
                number < OPEN_SECTIONS or any(field.errors for field in fields),
            )
            for number, (title, text, names) in enumerate(SECTIONS)
        ]

    def room_fields(self) -> dict:
        """The columns of the room, as `open_room` takes them."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "tags")}

    def settings_fields(self) -> dict:
        return {name: self.cleaned_data[name] for name in CHOSEN_FIELDS}


class RoomForm(SettingsForm):
    """The same for a new room, and the characters that come along."""

    characters = forms.ModelMultipleChoiceField(
        Npc.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    npc_role = forms.ChoiceField(
        choices=RoomNpc.Role.choices, initial=RoomNpc.Role.TUTOR, label="What they do here"
    )

    def __init__(self, *args: object, by: Player, **kwargs: object) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["characters"].queryset = Npc.objects.active().order_by("name")


class PlaceForm(forms.ModelForm):
    """What a character does in a room; the action writes it."""

    class Meta:
        model = RoomNpc
        fields = ("role", "position", "talkativeness", "cooldown_seconds", "is_muted", "stage_direction")
        widgets = {
            "stage_direction": forms.Textarea({"rows": 3}),
            "talkativeness": forms.NumberInput({"step": "0.1", "min": "0", "max": "1"}),
        }
