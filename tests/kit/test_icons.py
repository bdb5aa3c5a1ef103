"""Icons in templates: as the package draws them, and drawn once."""

import pytest
from django.template import Context, Template
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide as draw

from padawanforge.kit import icons


def shown(tag, **context):
    return Template("{% load lucide %}" + tag).render(Context(context))


def test_an_icon_is_the_one_of_the_package():
    assert shown('{% lucide "check" size=32 aria_hidden="true" %}') == draw(
        "check", size=32, aria_hidden="true"
    )
    assert shown("{% lucide name %}", name="x") == draw("x")


def test_an_icon_is_drawn_once(monkeypatch):
    icons._drawn.cache_clear()
    drawn = []
    monkeypatch.setattr(icons, "draw", lambda name, **more: drawn.append(name) or draw(name, **more))

    pages = {shown('{% lucide "check" size=20 %}') for _ in range(3)}

    assert (len(pages), drawn) == (1, ["check"])


def test_what_an_attribute_says_stays_text():
    assert 'data-of="&lt;b&gt;"' in shown('{% lucide "check" data_of=words %}', words="<b>")


def test_an_icon_that_is_not_there_is_named():
    with pytest.raises(IconDoesNotExist, match="nowhere"):
        shown('{% lucide "nowhere" %}')
