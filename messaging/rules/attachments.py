"""What may be sent along with a message, and under which name."""

import re
import unicodedata

PDF, TEXT, PICTURE = "application/pdf", "text/plain", "image/webp"
MAX_PER_MESSAGE = 10
# Files of one player that wait for a message, those on their way included.
MAX_UNSENT = 20
NAME_LENGTH = 120
ALT_LENGTH = 300
# What a text may be called; whatever else it claims to be, it is given out as a text.
TEXT_ENDINGS = (".txt", ".md", ".csv")
ENDINGS = {PDF: (".pdf",), PICTURE: (".webp",), TEXT: TEXT_ENDINGS}
NOT_IN_TEXTS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]+')


def type_of(data: bytes) -> str | None:
    """PDF or text, by the content alone; None for everything else."""
    if data.startswith(b"%PDF-"):
        return PDF
    return TEXT if is_text(data) else None


def is_text(data: bytes) -> bool:
    """UTF-8 from the first byte to the last, without the control signs that only programs write."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and not NOT_IN_TEXTS.search(text)


def clean_name(name: str) -> str:
    """What the owner calls it: no path, nothing invisible that could show another ending."""
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = unicodedata.normalize("NFC", name)
    name = "".join(sign for sign in name if not unicodedata.category(sign).startswith("C"))
    name = NOT_IN_NAMES.sub("_", name).strip(" .")
    return _shortened(name) or "file"


def name_as(name: str, content_type: str) -> str:
    """The name with an ending that fits what the file is."""
    stem, dot, _ = name.rpartition(".")
    endings = ENDINGS[content_type]
    if name.lower().endswith(endings):
        return name
    if content_type == PICTURE:
        name = stem if dot and stem else name
    return _shortened(name + endings[0])


def _shortened(name: str) -> str:
    if len(name) <= NAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:NAME_LENGTH]
    return stem[: NAME_LENGTH - len(ending) - 1] + dot + ending


def in_words(size: int) -> str:
    """A size as people read it."""
    if size < 1024:
        return f"{size} bytes"
    if size < 1024 * 1024:
        return f"{round(size / 1024)} KB"
    return f"{size / 1024 / 1024:.1f} MB"
