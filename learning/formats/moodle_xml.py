"""Moodle XML: one element a question, and elements that are no questions but name the category."""

import re
from collections.abc import Iterable

from learning.formats.gift import category_of, path_of
from learning.formats.item import Item, Row, Rows, Unreadable, one_line
from learning.formats.texts import words_of_html
from learning.formats.xml import HEADER, Element, child, children, escape, line_of, name_of, parsed

TITLE_LENGTH = 60
FIELDS = ("difficulty", "lang", "source", "quote")

_FRACTION = re.compile(r"-?\d{1,3}(\.\d+)?\Z")


def read(data: bytes) -> list[Row]:
    root = parsed(data)
    if name_of(root) != "quiz":
        raise Unreadable("This is no Moodle XML: its outermost element must be quiz.")
    rows = Rows()
    topic = subtopic = ""
    for question in children(root, "question"):
        kind = question.get("type", "")
        if kind == "category":
            topic, subtopic = category_of(one_line(_text(child(question, "category"))))
        elif kind == "truefalse":
            _question(rows, question, topic=topic, subtopic=subtopic)
        else:
            rows.skip(line_of(question), one_line(kind)[:40] or "unknown", text=_wording(question))
    return rows.found


def write(items: Iterable[Item]) -> bytes:
    parts = [HEADER, "<quiz>\n"]
    current = ("", "")
    for item in items:
        if (item.topic, item.subtopic) != current:
            current = (item.topic, item.subtopic)
            path = escape(path_of(*current))
            parts.append(f'<question type="category"><category><text>{path}</text></category></question>\n')
        parts.append(_written(item))
    return "".join([*parts, "</quiz>\n"]).encode()


# --- Reading ---------------------------------------------------------------------------------------------


def _question(rows: Rows, question: Element, *, topic: str, subtopic: str) -> None:
    line, text = line_of(question), _wording(question)
    answers = list(children(question, "answer"))
    fractions = {one_line(_text(answer)).casefold(): answer.get("fraction", "") for answer in answers}
    if set(fractions) != {"true", "false"} or len(answers) != 2:
        rows.problem(line, "A true/false question has one answer true and one answer false.", text=text)
        return
    right = [word for word, share in fractions.items() if _FRACTION.match(share) and float(share) > 0]
    if len(right) != 1:
        rows.problem(line, "Exactly one of the two answers must be worth something.", text=text)
        return
    if child(child(question, "questiontext"), "file") is not None:
        rows.skip(line, "true/false with a picture", text=text)
        return
    rows.item(
        line,
        text=text,
        answer=right[0] == "true",
        explanation=_explanation(question, answers),
        topic=topic,
        subtopic=subtopic,
        fact_key=one_line(_own(question, "idnumber")),
        **_tags(question),
    )


def _wording(question: Element) -> str:
    return _remark(child(question, "questiontext"))


def _remark(element: Element | None) -> str:
    """The words of an element that says in which format they are."""
    text = _text(element)
    is_plain = element is not None and element.get("format") in ("plain_text", "markdown")
    return text if is_plain else words_of_html(text)


def _text(element: Element | None) -> str:
    inner = child(element, "text")
    return "".join(inner.itertext()) if inner is not None else ""


def _own(question: Element, name: str) -> str:
    element = child(question, name)
    return "".join(element.itertext()) if element is not None else ""


def _explanation(question: Element, answers: list[Element]) -> str:
    """The general remark, else what is said to those who chose the wrong answer."""
    by_share = sorted(answers, key=lambda answer: float(answer.get("fraction", "0") or 0))
    places = [child(question, "generalfeedback"), *(child(answer, "feedback") for answer in by_share)]
    return next((remark for place in places if (remark := _remark(place).strip())), "")


def _tags(question: Element) -> dict[str, str]:
    found = {}
    for tag in children(child(question, "tags"), "tag"):
        name, colon, value = _text(tag).partition(":")
        if colon and name in FIELDS:
            found[name] = value
    return found


# --- Writing ---------------------------------------------------------------------------------------------


def _written(item: Item) -> str:
    title = item.text if len(item.text) <= TITLE_LENGTH else item.text[: TITLE_LENGTH - 1].rstrip() + "…"
    tags = [f"{name}:{value}" for name in FIELDS if (value := getattr(item, name))]
    parts = [
        '<question type="truefalse">',
        f"<name><text>{escape(title)}</text></name>",
        _plain("questiontext", item.text),
        _plain("generalfeedback", item.explanation),
        "<defaultgrade>1</defaultgrade><penalty>1</penalty><hidden>0</hidden>",
        f"<idnumber>{escape(item.fact_key)}</idnumber>",
        _answer("true", is_right=item.answer),
        _answer("false", is_right=not item.answer),
    ]
    if tags:
        inner = "".join(f"<tag><text>{escape(tag)}</text></tag>" for tag in tags)
        parts.append(f"<tags>{inner}</tags>")
    return "\n".join([*parts, "</question>\n"])


def _plain(name: str, text: str) -> str:
    return f'<{name} format="plain_text"><text>{escape(text)}</text></{name}>'


def _answer(word: str, *, is_right: bool) -> str:
    fraction = 100 if is_right else 0
    return (
        f'<answer fraction="{fraction}" format="plain_text"><text>{word}</text>'
        '<feedback format="plain_text"><text></text></feedback></answer>'
    )
