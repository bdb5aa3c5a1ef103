"""The steps in which a character is made; each knows which columns it fills."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.core.validators import MaxLengthValidator
from django.utils.dateparse import parse_datetime

from npcs.choices import Difficulty
from npcs.models import AiProvider, Npc, NpcCategory, PostSchedule, PresetUsage
from npcs.models.npc import PROMPT_MAX_LENGTH
from npcs.models.post import POST_MAX_LENGTH, TOPIC_MAX_LENGTH
from npcs.queries.memory import policy_of
from padawanforge.kit.markdown import clean_text

PROSE, LONG_PROSE = 2000, 8000
AREAS, TAGS, AREA_LENGTH = 10, 20, 40
PICTURE_MAX_BYTES = 5 * 1024 * 1024
ACCENTS = ("Ember", "Amber", "Moss", "Forest", "Sea", "Sky", "Violet", "Rose")
# Presets whose text a form holds until it is saved, as "kind:key".
MAX_COPIED = 20


class ProseField(forms.CharField):
    """Several lines, without what can't be seen."""

    def __init__(self, *, max_length: int, rows: int = 3, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **options)

    def clean(self, value: Any) -> str:
        return clean_text(super().clean(value)).strip()


class WordsField(forms.CharField):
    """Words or short phrases, divided by commas; cleans to a list without repetitions."""

    def __init__(self, *, most: int, **options: Any) -> None:
        self.most = most
        super().__init__(max_length=most * (AREA_LENGTH + 2), **options)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(one) for one in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        words = [" ".join(word.split()) for word in clean_text(super().clean(value)).split(",")]
        by_case: dict[str, str] = {}
        for word in filter(None, words):
            by_case.setdefault(word.casefold(), word)
        found = list(by_case.values())
        if len(found) > self.most:
            raise forms.ValidationError(f"At most {self.most}, please; these are {len(found)}.")
        if long := next((word for word in found if len(word) > AREA_LENGTH), ""):
            raise forms.ValidationError(f"“{long[:20]}…” has more than {AREA_LENGTH} characters.")
        return found


class StepForm(forms.Form):
    """A step. `seen` is the moment of the last change that the author knew of, `copied` what was taken over."""

    key: ClassVar[str]
    title: ClassVar[str]
    lead: ClassVar[str]
    # Kinds of presets whose texts this step takes over.
    libraries: ClassVar[tuple[str, ...]] = ()
    values: ClassVar[tuple[str, ...]] = ()
    teaching: ClassVar[tuple[str, ...]] = ()

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    copied = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    @classmethod
    def beginning(cls, npc: Npc) -> dict[str, Any]:
        """What the form shows before anybody writes."""
        try:
            configuration = npc.configuration
        except ObjectDoesNotExist:
            configuration = None
        first = {name: getattr(npc, name) for name in cls.values}
        first |= {name: getattr(configuration, name, "") for name in cls.teaching}
        return first | {"seen": npc.updated_at.isoformat()}

    def columns(self) -> dict[str, Any]:
        """What was understood, as columns of the character; also when the rest has mistakes."""
        return {name: self.cleaned_data[name] for name in self.values if name in self.cleaned_data}

    def teaching_columns(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.teaching if name in self.cleaned_data}

    def remembering(self) -> bool | None:
        """Whether the character is to remember people; None where the step does not ask."""
        return None

    def seen_at(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data.get("seen") or "")
        except ValueError:
            return None

    def copies(self) -> list[tuple[str, int]]:
        """Each preset once, as (kind, key)."""
        found: dict[tuple[str, int], None] = {}
        for part in str(self.cleaned_data.get("copied") or "").split(",")[:MAX_COPIED]:
            kind, _, key = part.partition(":")
            if kind in PresetUsage.Kind.values and key.isdigit() and len(key) < 18:
                found[(kind, int(key))] = None
        return list(found)


class IdentityForm(StepForm):
    key, title = "identity", "Identity"
    lead = "Who it is, and where people find it."
    values = (
        "name", "tagline", "description", "category", "subcategory", "difficulty_level", "expertise_areas",
        "tags", "visual_style",
    )  # fmt: skip

    name = forms.CharField(max_length=50, help_text="People call it by @name.")
    tagline = forms.CharField(
        max_length=120, required=False, help_text="One sentence that stands on its card."
    )
    description = ProseField(max_length=LONG_PROSE, required=False, rows=5)
    category = forms.ModelChoiceField(NpcCategory.objects.none(), required=False, empty_label="No category")
    subcategory = forms.CharField(max_length=100, required=False)
    difficulty_level = forms.ChoiceField(label="Difficulty", choices=Difficulty)
    expertise_areas = WordsField(
        most=AREAS,
        required=False,
        label="Expertise",
        help_text="Divided by commas: comets, tides, telescopes.",
    )
    tags = WordsField(most=TAGS, required=False, help_text="Further words under which it is found.")
    picture = forms.FileField(
        required=False,
        help_text="JPEG, PNG or WebP, at most 5 MB. It is cut square.",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    remove_picture = forms.BooleanField(required=False, label="Without a picture")
    accent = forms.TypedChoiceField(
        label="Colour",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "By chance"), *enumerate(ACCENTS)],
        help_text="Of its letter while it has no picture.",
    )
    mood = forms.CharField(max_length=60, required=False, help_text="Mystical, energetic, calm …")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        shelves = NpcCategory.objects.filter(is_active=True).order_by("sort_order", "display_name")
        self.fields["category"].queryset = shelves  # type: ignore[attr-defined]  # a ModelChoiceField

    @classmethod
    def beginning(cls, npc: Npc) -> dict[str, Any]:
        style = npc.visual_style if isinstance(npc.visual_style, dict) else {}
        return {
            **super().beginning(npc),
            "accent": style.get("accent", ""),
            "mood": style.get("mood", ""),
        }

    def clean_name(self) -> str:
        name = " ".join(clean_text(self.cleaned_data["name"]).split())
        if "@" in name or not any(character.isalnum() for character in name):
            raise forms.ValidationError("A name has letters and no @, so that people can call it.")
        return name

    def clean_picture(self) -> Any:
        picture = self.cleaned_data.get("picture")
        if picture and picture.size > PICTURE_MAX_BYTES:
            raise forms.ValidationError("The picture has more than 5 MB. Make it smaller.")
        return picture

    def columns(self) -> dict[str, Any]:
        style = {name: self.cleaned_data.get(name) for name in ("accent", "mood")}
        kept = {name: value for name, value in style.items() if value not in (None, "")}
        return {**super().columns(), "visual_style": kept}


class CostarForm(StepForm):
    key, title = "costar", "CoSTAR"
    lead = "Context, objective, style, tone: how it teaches. Each of them goes into every prompt."
    teaching = ("context", "objective", "style", "tone")
    libraries = (PresetUsage.Kind.AUDIENCE,)

    context = ProseField(
        max_length=PROSE, required=False, help_text="Where it speaks, and what happens there."
    )
    objective = ProseField(
        max_length=PROSE, required=False, help_text="What people can do after talking with it."
    )
    style = ProseField(
        max_length=PROSE, required=False, help_text="How it explains: by questions, pictures, steps."
    )
    tone = ProseField(max_length=PROSE, required=False, help_text="How it sounds.")


class AudienceForm(StepForm):
    key, title = "audience", "Audience"
    lead = "For whom it speaks: what they know already, and what would be too much."
    teaching = ("audience",)
    libraries = (PresetUsage.Kind.AUDIENCE, PresetUsage.Kind.INVENTORY)

    audience = ProseField(max_length=PROSE, required=False, rows=6)


class KnowledgeForm(StepForm):
    key, title = "knowledge", "Knowledge"
    lead = "The documents it answers from. Every answer shows where its sentences stand."


class VoiceForm(StepForm):
    key, title = "voice", "Voice and limits"
    lead = "The words that make it speak, and how long and freely it may."
    values = (
        "system_prompt", "personality", "personality_traits", "enable_personality_responses", "response_style",
        "greeting", "provider", "ai_model", "temperature", "max_tokens",
        "function_calling_enabled", "posts_at_once",
    )  # fmt: skip
    libraries = (PresetUsage.Kind.SYSTEM_PROMPT, PresetUsage.Kind.INVENTORY)

    system_prompt = ProseField(
        max_length=PROMPT_MAX_LENGTH,
        rows=8,
        label="Prompt",
        help_text="Who speaks, and what it does and never does. The rules of this place stand above it.",
    )
    personality = ProseField(max_length=LONG_PROSE, required=False)
    personality_traits = ProseField(max_length=PROSE, required=False, rows=2, label="Traits")
    enable_personality_responses = forms.BooleanField(
        required=False, label="Let the personality colour its answers"
    )
    response_style = forms.ChoiceField(choices=Npc.ResponseStyle)
    greeting = ProseField(max_length=PROSE, required=False, help_text="Said at the start of a private talk.")
    provider = forms.ModelChoiceField(
        AiProvider.objects.none(), required=False, empty_label="The default of this place"
    )
    ai_model = forms.CharField(
        max_length=200, required=False, label="Model", help_text="Empty: the provider's default one."
    )
    temperature = forms.FloatField(
        min_value=0, max_value=2, help_text="0: the same again and again; 1 and more: full of surprises."
    )
    max_tokens = forms.IntegerField(
        min_value=16,
        max_value=16000,
        label="Longest answer",
        help_text="In tokens; four characters are about one.",
    )

    function_calling_enabled = forms.BooleanField(
        required=False,
        label="Uses tools",
        help_text="Looks things up, keeps what it is asked to remember, begins a practice. What changes something is asked "
        "of the player first. Only language models use them, not the built-in engine.",
    )
    posts_at_once = forms.BooleanField(
        required=False,
        label="Publishes its posts at once",
        help_text="Otherwise they are drafts until somebody who looks after it has read them.",
    )
    remembers = forms.BooleanField(
        required=False,
        label="Remembers the people it talks with",
        help_text="For each of them alone. They may look at it, correct it, and switch it off for themselves.",
    )

    @classmethod
    def beginning(cls, npc: Npc) -> dict[str, Any]:
        return {**super().beginning(npc), "remembers": policy_of(npc).is_on}

    def remembering(self) -> bool | None:
        return self.cleaned_data.get("remembers")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        providers = AiProvider.objects.filter(is_active=True).order_by("display_name")
        self.fields["provider"].queryset = providers  # type: ignore[attr-defined]  # a ModelChoiceField


class FinishForm(StepForm):
    key, title = "finish", "Finish"
    lead = "Look at it once more, then let people meet it."


STEPS: dict[str, type[StepForm]] = {
    form.key: form for form in (IdentityForm, CostarForm, AudienceForm, KnowledgeForm, VoiceForm, FinishForm)
}


class RehearsalForm(forms.Form):
    """What is said to the character while it is made."""

    said = forms.CharField(max_length=1000, label="Say something to it")
    rehearsal = forms.UUIDField(required=False, widget=forms.HiddenInput)


class PostForm(forms.Form):
    topic = forms.CharField(
        max_length=TOPIC_MAX_LENGTH,
        label="About",
        help_text="A subject that its notes cover, in a few words: how comets get their tails.",
    )

    def clean_topic(self) -> str:
        return " ".join(clean_text(self.cleaned_data["topic"]).split())


class PostTextForm(forms.Form):
    # A browser sends two characters for the end of a line.
    text = ProseField(max_length=2 * POST_MAX_LENGTH, label="Text", rows=12, help_text="Markdown.")
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class PostScheduleForm(forms.Form):
    every_days = forms.TypedChoiceField(choices=PostSchedule.Every.choices, coerce=int, label="How often")
    topics = ProseField(
        max_length=10_000,
        label="Subjects",
        rows=4,
        help_text="One in a line, that its notes cover. They are taken in turn.",
    )

    def clean_topics(self) -> list[str]:
        return self.cleaned_data["topics"].splitlines()


class TemplateForm(forms.Form):
    name = forms.CharField(max_length=100)
    description = ProseField(max_length=PROSE, required=False, rows=2)
    document = forms.ModelChoiceField(
        None, required=False, empty_label="No document", label="With this document", to_field_name="uuid"
    )

    def __init__(self, *args: Any, npc: Npc, **options: Any) -> None:
        super().__init__(*args, **options)
        files = npc.knowledge_files.exclude(file="").order_by("file_name")
        self.fields["document"].queryset = files  # type: ignore[attr-defined]  # a ModelChoiceField


class TemplateChangeForm(forms.Form):
    name = forms.CharField(max_length=100)
    description = ProseField(max_length=PROSE, required=False, rows=2)
    is_public = forms.BooleanField(required=False, label="Everybody who makes characters may use it")


class NewFromTemplateForm(forms.Form):
    name = forms.CharField(
        max_length=50, label="Name of the new character", validators=[MaxLengthValidator(50)]
    )


class LibraryForm(forms.Form):
    """What is looked for in a library; anything unknown is treated as not chosen."""

    q = forms.CharField(label="Search", required=False, max_length=100)
    after = forms.CharField(required=False, max_length=400)

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}
