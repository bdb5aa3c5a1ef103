"""What import-linter can't see: foreign keys named by strings, and sizes."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
LEVEL = {name: level for level, name in enumerate(["players", "npcs", "learning", "messaging", "rooms"])}
PACKAGES = ["padawanforge", *LEVEL]
MAX_FILE, MAX_FUNCTION, MAX_CLASS, MAX_TEMPLATE, MAX_PARAMETERS = 400, 50, 150, 150, 6


def sources() -> list[Path]:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(path for path in paths if "migrations" not in path.parts)


def files() -> list[Path]:
    """What is read by people: the code, its tests and what measures it."""
    beside = [path for folder in ("tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    return sorted([*sources(), *(path for path in beside if "migrations" not in path.parts)])


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("app", LEVEL)
def test_relations_point_down(app):
    relations = [
        (field, field.related_model._meta.app_label)
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
    ]

    pointing_up = [str(field) for field, target in relations if LEVEL.get(target, -1) > LEVEL[app]]

    assert pointing_up == []


def test_files_fit():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in files()}

    assert {path: lines for path, lines in lengths.items() if lines > MAX_FILE} == {}


def test_functions_and_classes_fit():
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > MAX_FUNCTION)
        or (isinstance(node, ast.ClassDef) and length(node) > MAX_CLASS)
    ]

    assert long == []


def test_templates_fit():
    long = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if len(path.read_text().splitlines()) > MAX_TEMPLATE
    ]

    assert long == []


def test_functions_are_annotated():
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        for node in functions(path)
        if node.returns is None
    ]

    assert bare == []


def test_only_receivers_modules_receive_and_none_listens_to_saves():
    offenders = []
    for path in sources():
        text = path.read_text()
        # The end of a row is heard in one case: it takes its files along, however it went.
        if (
            # Not a field's own method of that name, which is called.
            re.search(r"\b(?:post|pre)_save\b(?!\()", text)
            or ("post_delete" in text and path.name != "receivers.py")
        ):
            offenders.append(str(path.relative_to(ROOT)))
        if "@receiver(" in text and path.name != "receivers.py":
            offenders.append(str(path.relative_to(ROOT)))

    assert offenders == []


def test_there_is_no_drawer_for_odds_and_ends():
    names = {"utils", "helpers", "helper", "services", "service", "misc", "common", "manager", "managers"}

    assert [str(path) for path in sources() if path.stem in names] == []
