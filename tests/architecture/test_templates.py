import re
from pathlib import Path

import pytest
from django.template.loader import get_template

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    assert get_template(name).template.name == name


@pytest.mark.parametrize("name", NAMES)
def test_template_keeps_the_content_security_policy(name):
    text = (TEMPLATES / name).read_text()

    assert re.findall(r"\sstyle\s*=", text) == []
    assert re.findall(r"<style", text) == []
    assert re.findall(r"\son[a-z]+\s*=\s*[\"']", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"\|\s*safe\b", text) == []


INCLUDE = re.compile(r"{%\s*include\s+\"(?P<name>[^\"]+)\"(?P<with>[^%]*?)(?P<only>\bonly\s*)?%}")


def needs_token(name):
    """Whether the template, or one that it includes and that sees what it sees, writes the token of a form."""
    text = (TEMPLATES / name).read_text()
    shared = [match["name"] for match in INCLUDE.finditer(text) if not match["only"]]
    return "{% csrf_token %}" in text or "csrf_token=csrf_token" in text or any(map(needs_token, shared))


@pytest.mark.parametrize("name", NAMES)
def test_a_template_hands_the_token_of_forms_to_parts_that_see_nothing_else(name):
    alone = [match for match in INCLUDE.finditer((TEMPLATES / name).read_text()) if match["only"]]

    without = [match["name"] for match in alone if "csrf_token=csrf_token" not in match["with"]]

    # Such a form would be refused from every browser, while tests that look past the token find nothing.
    assert [part for part in without if needs_token(part)] == []
