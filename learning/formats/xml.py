"""XML of strangers, read without entities, document types and addresses, and knowing its lines."""

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from learning.formats.item import MAX_TEXT_BYTES, Unreadable

MAX_DEPTH = 60
HEADER = '<?xml version="1.0" encoding="UTF-8"?>\n'

__all__ = ["HEADER", "Element", "attribute", "child", "children", "escape", "line_of", "name_of", "parsed"]


class _Parser(DefusedXMLParser):
    """Each element remembers the line on which it begins; what is nested too deeply is refused."""

    def __init__(self) -> None:
        super().__init__(forbid_dtd=True)
        self._depth = 0

    def _start(self, *arguments: Any) -> Any:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable("The elements of this file are nested too deeply.")
        element = super()._start(*arguments)
        element.line = self.parser.CurrentLineNumber
        return element

    def _end(self, *arguments: Any) -> Any:
        self._depth -= 1
        return super()._end(*arguments)


def parsed(data: bytes) -> Element:
    if len(data) > MAX_TEXT_BYTES:
        raise Unreadable(f"This file has more than {MAX_TEXT_BYTES // 2**20} MB. Split it into parts.")
    parser = _Parser()
    try:
        parser.feed(data)
        return parser.close()
    except ParseError as error:
        line = error.position[0]
        raise Unreadable(f"This is no well-formed XML: it breaks off in line {line}.") from error
    except DefusedXmlException as error:
        raise Unreadable("This file declares entities or a document type, which is not taken.") from error
    except (LookupError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("The encoding of this file is unknown. Save it as UTF-8.") from error


def line_of(element: Element) -> int:
    return int(getattr(element, "line", 0))


def name_of(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Those of these names; none of an element that is missing."""
    inner = () if element is None else element
    return (one for one in inner if name_of(one) in names)


def child(element: Element | None, *names: str) -> Element | None:
    return next(children(element, *names), None)


def attribute(name: str, value: str) -> str:
    """name="value" with a space before it."""
    return f" {name}={quoteattr(value, {chr(10): '&#10;'})}"
