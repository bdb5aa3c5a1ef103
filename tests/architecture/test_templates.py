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
