"""docs/spec-map.toml: every documented table and column that the map names is where it says."""

import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

MAP = tomllib.loads((Path(__file__).resolve().parents[2] / "docs" / "spec-map.toml").read_text())
ENTRIES = [
    pytest.param(entry, id=f"{document}.{table}") for document, tables in MAP.items() for table, entry in tables.items()
]  # fmt: skip


def field_of(model: type[Model], name: str):
    """A field, or a relation by the name under which code uses it."""
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        found = (f for f in model._meta.related_objects if f.get_accessor_name() == name)
        return next(found, None)


def leads_somewhere(model: type[Model], path: str) -> bool:
    name, _, rest = path.partition(".")
    if name in {"count", "exists"}:
        return not rest
    field = field_of(model, name)
    if field is None:
        return False
    return not rest or (field.related_model is not None and leads_somewhere(field.related_model, rest))


def model_named(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except LookupError:
        return None


def is_there(target: str, models: list[type[Model]]) -> bool:
    if target.startswith("dropped: "):
        return True
    if any(leads_somewhere(model, target) for model in models):
        return True
    app, _, rest = target.partition(".")
    name, _, path = rest.partition(".")
    other = model_named(f"{app}.{name}") if app in apps.app_configs and name else None
    return other is not None and leads_somewhere(other, path)


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_documented_table_is_kept_where_the_map_says(entry):
    labels = entry.get("models") or [entry["model"]]

    models = {label: model_named(label) for label in labels}

    assert [label for label, model in models.items() if model is None] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_column_of_the_map_leads_to_a_field(entry):
    models = [model for label in entry.get("models") or [entry["model"]] if (model := model_named(label))]

    astray = [target for target in entry.get("columns", {}).values() if not is_there(target, models)]

    assert astray == []
