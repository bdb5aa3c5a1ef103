"""JSON that is encrypted in the database: for what nobody should read in a stolen copy of it."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Expression
from django.forms import Field, JSONField
from encrypted_fields.fields import EncryptedTextField


class SealedJSONField(EncryptedTextField):
    """Reads and writes like a JSONField, but can't be searched; empty values stay empty and cost nothing."""

    def from_db_value(self, value: str | None, expression: Expression, connection: object) -> Any:
        return self._opened(value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        return super().get_prep_value(json.dumps(value, ensure_ascii=False)) if value else ""

    def value_from_object(self, obj: models.Model) -> Any:
        return getattr(obj, self.attname)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        # The mixin's own clean leaves a mark on the field, which every thread shares.
        try:
            json.dumps(value)
        except TypeError:
            raise ValidationError("This can't be written as JSON.") from None
        return value

    def formfield(self, **kwargs: Any) -> Field:
        return JSONField(
            required=not self.blank, **{k: v for k, v in kwargs.items() if k in {"label", "help_text"}}
        )

    def value_to_string(self, obj: models.Model) -> Any:
        return self.value_from_object(obj)

    def _opened(self, value: str | None) -> Any:
        if value is None:
            return None
        # Rows from before the field was sealed hold plain JSON, which the mixin gives back as it is.
        return json.loads(EncryptedTextField.to_python(self, value)) if value else self.get_default()
