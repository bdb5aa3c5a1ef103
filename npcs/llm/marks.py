"""The marks around what strangers wrote, so that no text can pretend that it ends there and instructions go on."""

import unicodedata


def block(label: str, text: str, *, boundary: str) -> str:
    """The text between marks; should it hold the boundary itself, that goes."""
    # A space in its place: what stood around it must not grow together to another one.
    text = visible(text).replace(boundary, " ").strip()
    label = visible(label).replace(boundary, " ")
    return f"[BEGIN {boundary} {label}]\n{text}\n[END {boundary}]"


def visible(text: str) -> str:
    """Without what can't be seen: control, zero-width and direction characters, halves of characters."""
    # Nearly every text has none, which is known at once: what is printable is none of these.
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})


def without_marks(text: str, *, boundary: str) -> str:
    """The answer without block marks that the model repeated all the same."""
    return "\n".join(line for line in text.split("\n") if boundary not in line)
