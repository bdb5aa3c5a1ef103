"""The project's own archive, .pfq.zip: all that the other formats carry, one line of JSON a statement, with
a manifest that holds the hash of each file.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from hashlib import sha256

from learning.formats.item import MAX_TEXT_BYTES, Item, Row, Rows, Unreadable
from learning.formats.texts import entry_of, opened_zip, zipped

KIND, VERSION = "padawanforge statements", 1
MANIFEST, STATEMENTS = "manifest.json", "statements.jsonl"
# Room for as many statements as are allowed, each as long as it may be.
MAX_STATEMENTS_BYTES = 12 * MAX_TEXT_BYTES

_NAMES = {field.name for field in fields(Item)}


def read(data: bytes) -> list[Row]:
    archive = opened_zip(data)
    manifest = _manifest(entry_of(archive, MANIFEST, limit=MAX_TEXT_BYTES))
    content = entry_of(archive, STATEMENTS, limit=MAX_STATEMENTS_BYTES)
    if manifest["files"].get(STATEMENTS) != sha256(content).hexdigest():
        raise Unreadable("This archive was changed after it was written: the hash of its content differs.")
    rows = Rows()
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            _line(rows, number, line)
    return rows.found


def write(items: Iterable[Item]) -> bytes:
    content = "".join(_written(item) for item in items).encode()
    manifest = {
        "kind": KIND,
        "version": VERSION,
        "files": {STATEMENTS: sha256(content).hexdigest()},
    }
    head = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    return zipped([(MANIFEST, head.encode()), (STATEMENTS, content)])


def _manifest(data: bytes) -> dict:
    manifest = _json(data)
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        raise Unreadable("This archive holds no statements of ours.")
    if manifest.get("version") != VERSION or not isinstance(manifest.get("files"), dict):
        raise Unreadable("This archive was written by a version that this one does not know.")
    return manifest


def _line(rows: Rows, number: int, line: bytes) -> None:
    values = _json(line)
    if not isinstance(values, dict):
        rows.problem(number, "This line is no JSON object.")
        return
    known = {name: value for name, value in values.items() if name in _NAMES}
    answer = known.pop("answer", None)
    if not isinstance(answer, bool) or not all(isinstance(value, str) for value in known.values()):
        rows.problem(number, "The answer must be true or false, everything else text.")
        return
    rows.item(number, **{"text": "", **known}, answer=answer)


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _written(item: Item) -> str:
    values = {name: value for name, value in asdict(item).items() if value != ""}
    return json.dumps(values, ensure_ascii=False, sort_keys=True) + "\n"
