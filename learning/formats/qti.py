"""QTI: items with one choice, read from 2.1, 2.2 and 3.0, as a file or a package; written as 3.0 packages.

There is no true/false type in QTI. What is taken is a single choice between exactly "true" and "false".
"""

import re
from collections.abc import Iterable
from posixpath import normpath

from learning.formats.item import MAX_TEXT_BYTES, Item, Row, Rows, Unreadable, one_line, true_false_of
from learning.formats.texts import entry_of, opened_zip, zipped
from learning.formats.xml import HEADER, Element, attribute, child, children, escape, line_of, name_of, parsed

MANIFEST = "imsmanifest.xml"
ITEM = ("assessmentItem", "qti-assessment-item")
CHOICE = ("choiceInteraction", "qti-choice-interaction")
OPTION = ("simpleChoice", "qti-simple-choice")
BODY = ("itemBody", "qti-item-body")
RESPONSE = ("responseDeclaration", "qti-response-declaration")
CORRECT = ("correctResponse", "qti-correct-response")
VALUE = ("value", "qti-value")
PROMPT = ("prompt", "qti-prompt")
FEEDBACK = ("modalFeedback", "qti-modal-feedback")
FIELDS = ("topic", "subtopic", "difficulty", "source", "quote", "fact_key", "lang")
TITLE_LENGTH = 60

_INTERACTION = re.compile(r"(?:qti-)?(.*?)-?[Ii]nteraction\Z")
_NAMESPACE = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_MATCH = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct"


def read(data: bytes) -> list[Row]:
    rows = Rows()
    if data.startswith(b"PK"):
        _package(rows, data)
        return rows.found
    root = parsed(data)
    found = [one for one in root.iter() if name_of(one) in ITEM]
    if not found:
        raise Unreadable("This XML holds no QTI item.")
    for item in found:
        _item(rows, item, line=line_of(item), tags={})
    return rows.found


def write(items: Iterable[Item]) -> bytes:
    files: list[tuple[str, bytes]] = []
    resources: list[str] = []
    for number, item in enumerate(items, start=1):
        name = f"items/item-{number:04d}.xml"
        files.append((name, _written(item, f"item-{number:04d}").encode()))
        resources.append(_resource(item, f"item-{number:04d}", name))
    manifest = (
        f'{HEADER}<manifest xmlns="{_PACKAGE}" identifier="statements">\n'
        "<metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata>\n"
        f"<organizations/>\n<resources>\n{''.join(resources)}</resources>\n</manifest>\n"
    )
    return zipped([(MANIFEST, manifest.encode()), *files])


# --- Reading ---------------------------------------------------------------------------------------------


def _package(rows: Rows, data: bytes) -> None:
    """The items in the order of the manifest; their number stands for the line."""
    archive = opened_zip(data)
    manifest = parsed(entry_of(archive, MANIFEST, limit=MAX_TEXT_BYTES))
    number = 0
    for resource in manifest.iter():
        is_item = name_of(resource) == "resource" and "item" in resource.get("type", "")
        href = normpath(resource.get("href", "")) if is_item else ""
        if not is_item or href.startswith(("..", "/")):
            continue
        number += 1
        try:
            root = parsed(entry_of(archive, href, limit=MAX_TEXT_BYTES))
        except Unreadable as error:
            rows.problem(number, f"{href[:80]}: {error}")
            continue
        if name_of(root) in ITEM:
            _item(rows, root, line=number, tags=_tags(resource))
        else:
            rows.skip(number, name_of(root)[:40], text=href)


def _tags(resource: Element) -> dict[str, str]:
    found = {}
    for keyword in (one for one in resource.iter() if name_of(one) in ("string", "langstring")):
        name, colon, value = "".join(keyword.itertext()).partition(":")
        if colon and name in FIELDS:
            found[name] = value
    return found


def _item(rows: Rows, item: Element, *, line: int, tags: dict[str, str]) -> None:
    body = child(item, *BODY)
    interactions = [one for one in item.iter() if _INTERACTION.match(name_of(one))]
    text = _prompt(body)
    if body is None or len(interactions) != 1 or name_of(interactions[0]) not in CHOICE:
        rows.skip(line, _kind(interactions), text=text or item.get("title", ""))
        return
    options = list(children(interactions[0], *OPTION))
    right = _right(item, interactions[0], [option.get("identifier", "") for option in options])
    answer = true_false_of([_words(option) for option in options], right)
    if any(name_of(one) in ("img", "object", "audio", "video", "math") for one in body.iter()):
        rows.skip(line, "choice with media", text=text)
    elif answer is None:
        rows.skip(line, "multiple choice", text=text)
    else:
        rows.item(line, text=text, answer=answer, explanation=_explanation(item), **tags)


def _kind(interactions: list[Element]) -> str:
    if len(interactions) != 1:
        return "several questions in one" if interactions else "item without a question"
    match = _INTERACTION.match(name_of(interactions[0]))
    return (match[1] if match else "")[:40] or "unknown"


def _prompt(body: Element | None) -> str:
    """The words before the options: the prompt and what stands around the interaction."""
    if body is None:
        return ""
    parts: list[str] = []
    _collect(body, parts)
    return one_line(" ".join(parts))


def _collect(element: Element, parts: list[str]) -> None:
    parts.append(element.text or "")
    for one in element:
        if name_of(one) not in (*OPTION, *FEEDBACK):
            _collect(one, parts)
        parts.append(one.tail or "")


def _words(element: Element) -> str:
    return one_line("".join(element.itertext()))


def _right(item: Element, interaction: Element, identifiers: list[str]) -> int:
    """Which option is right; -1 when the item does not say one of them."""
    wanted = interaction.get("responseIdentifier") or interaction.get("response-identifier") or "RESPONSE"
    for declaration in children(item, *RESPONSE):
        if declaration.get("identifier") != wanted:
            continue
        values = list(children(child(declaration, *CORRECT), *VALUE))
        if len(values) == 1 and _words(values[0]) in identifiers:
            return identifiers.index(_words(values[0]))
    return -1


def _explanation(item: Element) -> str:
    remark = child(item, *FEEDBACK)
    if remark is None:
        return ""
    lines = [one for one in remark.iter() if name_of(one) == "p"]
    return "\n".join(_words(one) for one in lines) if lines else _words(remark)


# --- Writing ---------------------------------------------------------------------------------------------


def _written(item: Item, identifier: str) -> str:
    title = item.text if len(item.text) <= TITLE_LENGTH else item.text[: TITLE_LENGTH - 1].rstrip() + "…"
    remark = "".join(f"<p>{escape(line)}</p>" for line in item.explanation.split("\n"))
    feedback = (
        '<qti-modal-feedback outcome-identifier="SEEN" identifier="always" show-hide="hide">'
        f"<qti-content-body>{remark}</qti-content-body></qti-modal-feedback>\n"
        if item.explanation
        else ""
    )
    return (
        f'{HEADER}<qti-assessment-item xmlns="{_NAMESPACE}" identifier="{identifier}"'
        f'{attribute("title", title)} adaptive="false" time-dependent="false">\n'
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">'
        f"<qti-correct-response><qti-value>{'T' if item.answer else 'F'}</qti-value></qti-correct-response>"
        "</qti-response-declaration>\n"
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>\n'
        '<qti-outcome-declaration identifier="SEEN" cardinality="single" base-type="identifier"/>\n'
        '<qti-item-body><qti-choice-interaction response-identifier="RESPONSE" max-choices="1">'
        f"<qti-prompt>{escape(item.text)}</qti-prompt>"
        '<qti-simple-choice identifier="T">True</qti-simple-choice>'
        '<qti-simple-choice identifier="F">False</qti-simple-choice>'
        "</qti-choice-interaction></qti-item-body>\n"
        f'<qti-response-processing template="{_MATCH}"/>\n'
        f"{feedback}</qti-assessment-item>\n"
    )


def _resource(item: Item, identifier: str, name: str) -> str:
    keywords = "".join(
        f"<keyword><string>{escape(f'{field}:{value}')}</string></keyword>"
        for field in FIELDS
        if (value := getattr(item, field))
    )
    metadata = (
        f'<metadata><lom xmlns="http://ltsc.ieee.org/xsd/LOM"><general>{keywords}</general></lom></metadata>'
        if keywords
        else ""
    )
    return (
        f'<resource identifier="{identifier}" type="imsqti_item_xmlv3p0" href="{name}">'
        f'{metadata}<file href="{name}"/></resource>\n'
    )
