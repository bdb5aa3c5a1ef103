"""Forms of the pages on which a character's notes are looked after."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef

from npcs.knowledge.extract import ACCEPTED, MAX_CHARACTERS
from npcs.models import KnowledgeFile, KnowledgeItem, KnowledgePreset, Npc
from npcs.queries.knowledge import documents_of


class PasteForm(forms.Form):
    """A text as it comes from the clipboard; Markdown is understood."""

    title = forms.CharField(label="Title", max_length=120, help_text="Citations show it.")
    text = forms.CharField(
        label="Text",
        max_length=MAX_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Plain text or Markdown. Addresses in it are not opened.",
    )

    def file_name(self) -> str:
        return f"{self.cleaned_data['title']}.md"


class ReplaceForm(forms.Form):
    file = forms.FileField(
        label="The new document",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="The old one answers until the new one has been read.",
    )


class NoteForm(forms.Form):
    description = forms.CharField(
        label="Description", required=False, max_length=300, help_text="What this file is, for people."
    )
    place = forms.ChoiceField(
        label="Known", required=False, help_text="In one room only, or wherever the character speaks."
    )

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.initial.get("place", "")
        others = [(kept, "In another place")] if kept and kept not in dict(places) else []
        self.fields["place"].choices = [("", "Everywhere"), *places, *others]  # type: ignore[attr-defined]


class SpeaksFromForm(forms.Form):
    """Which of the notes the character may use; choices are the documents of the library that it has copies of."""

    preset = forms.ModelChoiceField(
        label="Answers from", required=False, queryset=KnowledgePreset.objects.none(),
        empty_label="All its notes",
        help_text="Narrowed to a document of the library, it knows nothing else, in whatever room it is asked.",
    )  # fmt: skip

    def __init__(self, *args: Any, npc: Npc, **kwargs: Any) -> None:
        super().__init__(*args, initial={"preset": npc.speaks_from_id}, **kwargs)
        self.fields["preset"].queryset = documents_of(npc)  # type: ignore[attr-defined]


class AskForm(forms.Form):
    q = forms.CharField(label="Question", max_length=500, widget=forms.TextInput(attrs={"type": "search"}))
    file = forms.ModelChoiceField(
        label="Only in", required=False, queryset=KnowledgeFile.objects.none(), empty_label="All files",
        to_field_name="uuid",
    )  # fmt: skip

    def __init__(self, *args: Any, npc: Npc, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those that have passages: the others can't answer.
        known = KnowledgeItem.objects.filter(file=OuterRef("pk"))
        files = KnowledgeFile.objects.filter(Exists(known), npc=npc, is_active=True).order_by(
            "file_name", "pk"
        )
        self.fields["file"].queryset = files  # type: ignore[attr-defined]
