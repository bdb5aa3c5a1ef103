"""Bytes that should be text, HTML that should be words, and archives that should be small."""

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterable
from html.parser import HTMLParser

from charset_normalizer import from_bytes

from learning.formats.item import MAX_TEXT_BYTES, Unreadable

MAX_ZIP_BYTES = 20 * 1024 * 1024
MAX_EXPANSION = 200
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 6000
# The oldest moment that an archive can name: the same content is the same bytes, whenever it is written.
NO_TIME = (1980, 1, 1, 0, 0, 0)

# All that opening and unpacking are known to raise for damaged, encrypted and exotic archives.
BROKEN = (
    KeyError,
    ValueError,
    RuntimeError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)

_BLOCKS = {"p", "br", "div", "li", "tr", "ul", "ol", "table", "h1", "h2", "h3", "h4", "pre", "blockquote"}
_SILENT = {"script", "style", "head", "template", "noscript"}
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decoded(data: bytes) -> str:
    """Text in whatever encoding, with plain line ends."""
    if len(data) > MAX_TEXT_BYTES:
        raise Unreadable(f"This file has more than {MAX_TEXT_BYTES // 2**20} MB. Split it into parts.")
    return _characters(data).replace("\r\n", "\n").replace("\r", "\n")


def _characters(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data, encoding)
    try:
        return data.decode()
    except UnicodeDecodeError:
        guess = from_bytes(data).best()
    if guess is None or b"\x00" in data:
        raise Unreadable("This is no text file, or in an encoding that nobody knows. Save it as UTF-8.")
    return str(guess)


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("This file does not keep to its own encoding. Save it as UTF-8.") from error


def words_of_html(text: str) -> str:
    """What a reader of the HTML would see, as plain lines; nothing of it is ever shown as HTML."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.parts).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag in _BLOCKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def opened_zip(data: bytes) -> zipfile.ZipFile:
    """An archive whose directory promises nothing outrageous; reading holds it to that."""
    if len(data) > MAX_ZIP_BYTES:
        raise Unreadable(f"This archive has more than {MAX_ZIP_BYTES // 2**20} MB. Split it into parts.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (*BROKEN, OverflowError, IndexError, struct.error) as error:
        raise Unreadable("This archive can't be opened. Export it anew.") from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    is_bomb = unpacked > MAX_EXPANSION * max(len(data), 1) or unpacked > MAX_UNPACKED_BYTES
    if is_bomb or len(entries) > MAX_ENTRIES:
        raise Unreadable("This archive unpacks to far more than it should; it is not opened.")
    return archive


def entry_of(archive: zipfile.ZipFile, name: str, *, limit: int = MAX_UNPACKED_BYTES) -> bytes:
    """One file of the archive, never more of it than the limit."""
    try:
        with archive.open(name) as file:
            data = file.read(limit + 1)
    except BROKEN as error:
        raise Unreadable(f"{name} can't be read from this archive.") from error
    if len(data) > limit:
        raise Unreadable(f"{name} is too large.")
    return data


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The same files are the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in files:
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return target.getvalue()
