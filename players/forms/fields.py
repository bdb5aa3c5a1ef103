"""Fields that clean what people type before it is measured."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from padawanforge.kit.markdown import clean_text


class PlainTextField(forms.CharField):
    """Cleaned before it is measured: browsers send two characters for a line break."""

    def to_python(self, value: object) -> str:
        return clean_text(str(super().to_python(value)))


class LineField(PlainTextField):
    """One line, with single spaces."""

    def to_python(self, value: object) -> str:
        return " ".join(super().to_python(value).split())


class TagsField(LineField):
    """Words separated by commas; cleans to a list, each word once."""

    def prepare_value(self, value: Any) -> str:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: object) -> list[str]:  # type: ignore[override]  # a list is what it cleans to
        words: dict[str, str] = {}
        for word in super().to_python(value).split(","):
            if word.strip():
                words.setdefault(word.strip().casefold(), word.strip())
        return list(words.values())

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(data) != (initial or [])


class SegmentForm(forms.ModelForm):
    """A form for one segment. What the model or the action says of a field stands beside that field."""

    # Column of the model -> field of the form that stands for it.
    homes: dict[str, str] = {}

    def _update_errors(self, errors: ValidationError) -> None:
        if not hasattr(errors, "error_dict"):
            self.add_error(None, errors)
            return
        for column, found in errors.error_dict.items():
            field = self.homes.get(column, column)
            self.add_error(field if field in self.fields else None, found)
