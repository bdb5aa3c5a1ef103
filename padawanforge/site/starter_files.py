"""Reading the starter content: TOML and Markdown files under starter/, written for this project."""

import tomllib
from pathlib import Path

STARTER_DIR = Path(__file__).resolve().parent / "starter"


def read(name: str) -> dict:
    """A TOML file of the starter folder as a dictionary."""
    return tomllib.loads((STARTER_DIR / name).read_text(encoding="utf-8"))


def characters() -> list[dict]:
    """Each character's table, with `notes`: its Markdown files as (name, bytes), in order."""
    tables = []
    for folder in sorted((STARTER_DIR / "characters").iterdir()):
        table = read(f"characters/{folder.name}/character.toml")
        table["notes"] = [(note.name, note.read_bytes()) for note in sorted(folder.glob("knowledge/*.md"))]
        tables.append(table)
    return tables


def topics() -> list[dict]:
    return [read(f"statements/{path.name}") for path in sorted((STARTER_DIR / "statements").glob("*.toml"))]
