"""Reading the starter content: TOML and Markdown files under starter/, written for this project."""

import tomllib
from pathlib import Path
from typing import NamedTuple

STARTER_DIR = Path(__file__).resolve().parent / "starter"


class Note(NamedTuple):
    """A text from which a character answers."""

    name: str
    source: str
    content: bytes


def read(name: str) -> dict:
    """A TOML file of the starter folder as a dictionary."""
    return tomllib.loads((STARTER_DIR / name).read_text(encoding="utf-8"))


def characters() -> list[dict]:
    """Each character's table, with its `notes` in the order of their file names."""
    tables = []
    for folder in sorted((STARTER_DIR / "characters").iterdir()):
        table = read(f"characters/{folder.name}/character.toml")
        table["notes"] = [note(path) for path in sorted(folder.glob("knowledge/*.md"))]
        tables.append(table)
    return tables


def note(path: Path) -> Note:
    """The title names the file, and the line on its source is kept beside the text, not quoted from it."""
    head, source, *rest = path.read_text(encoding="utf-8").split("\n\n")
    if not source.startswith("Source: "):
        raise ValueError(f"{path} lacks the line on its source below the title.")
    title = head.removeprefix("# ").strip()
    content = "\n\n".join([head, *rest]).encode()
    return Note(f"{title}.md", source.removeprefix("Source: ").strip(), content)


def library() -> list[dict]:
    """Each document that characters may begin with: the columns of its preset, and its `content`."""
    tables = read("presets.toml")["knowledge"]
    return [{**table, "content": (STARTER_DIR / "library" / table["file"]).read_bytes()} for table in tables]


def topics() -> list[dict]:
    return [read(f"statements/{path.name}") for path in sorted((STARTER_DIR / "statements").glob("*.toml"))]
