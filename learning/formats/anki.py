"""Anki: decks as .apkg (a zipped SQLite database of the older form), and notes as text.

A note becomes a statement when one of its fields says "true" or "false"; what else a deck asks is left alone.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from hashlib import sha1, sha256

from learning.formats.item import Item, Row, Rows, Unreadable, one_line, verdict_of
from learning.formats.texts import decoded, entry_of, opened_zip, words_of_html, zipped
from learning.formats.xml import escape

FIELDS = (
    "Statement", "Answer", "Explanation", "Source", "Quote", "Fact", "Difficulty", "Language", "Topic",
    "Subtopic",
)  # fmt: skip
NAMES = dict(
    zip(
        FIELDS,
        (
            "text", "answer", "explanation", "source", "quote", "fact_key", "difficulty", "lang", "topic",
            "subtopic",
        ),
        strict=True,
    )
)  # fmt: skip
UNNAMED = ("Front", "Back", "Extra")
COLLECTIONS = ("collection.anki21", "collection.anki2")
NEWEST = "collection.anki21b"
MAX_STEPS = 20_000_000
SEPARATOR = "\x1f"
MODEL_ID, DECK_ID = 1_700_000_000_001, 1_700_000_000_002
EPOCH = 1_700_000_000
SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "colon": ":", "space": " "}

_SCHEMA = """
CREATE TABLE col (id integer primary key, crt integer not null, mod integer not null, scm integer not null,
  ver integer not null, dty integer not null, usn integer not null, ls integer not null, conf text not null,
  models text not null, decks text not null, dconf text not null, tags text not null);
CREATE TABLE notes (id integer primary key, guid text not null, mid integer not null, mod integer not null,
  usn integer not null, tags text not null, flds text not null, sfld integer not null, csum integer not null,
  flags integer not null, data text not null);
CREATE TABLE cards (id integer primary key, nid integer not null, did integer not null, ord integer not null,
  mod integer not null, usn integer not null, type integer not null, queue integer not null,
  due integer not null, ivl integer not null, factor integer not null, reps integer not null,
  lapses integer not null, left integer not null, odue integer not null, odid integer not null,
  flags integer not null, data text not null);
CREATE TABLE revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null,
  ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null,
  type integer not null);
CREATE TABLE graves (usn integer not null, oid integer not null, type integer not null);
CREATE INDEX ix_notes_usn on notes (usn);
CREATE INDEX ix_cards_usn on cards (usn);
CREATE INDEX ix_revlog_usn on revlog (usn);
CREATE INDEX ix_cards_nid on cards (nid);
CREATE INDEX ix_cards_sched on cards (did, queue, due);
CREATE INDEX ix_revlog_cid on revlog (cid);
CREATE INDEX ix_notes_csum on notes (csum);
"""


def read(data: bytes) -> list[Row]:
    archive = opened_zip(data)
    names = set(archive.namelist())
    if NEWEST in names:
        raise Unreadable(
            "This deck is in Anki's newest form. Export it again with "
            "“Support older Anki versions” switched on."
        )
    name = next((one for one in COLLECTIONS if one in names), None)
    if name is None:
        raise Unreadable("This archive holds no Anki collection.")
    rows = Rows()
    for number, (fields, texts, tags) in enumerate(_notes(entry_of(archive, name)), start=1):
        _note(rows, number, dict(zip(fields, texts, strict=False)), tags)
    return rows.found


def read_text(data: bytes) -> list[Row]:
    """Notes in plain text: directives that begin with #, then a note a line."""
    rows = Rows()
    separator, is_html, columns = "\t", False, list(UNNAMED)
    for number, line in enumerate(decoded(data).split("\n"), start=1):
        if line.startswith("#"):
            name, _, value = line[1:].partition(":")
            separator = (
                SEPARATORS.get(value.casefold(), value[:1] or "\t") if name == "separator" else separator
            )
            is_html = value.strip() == "true" if name == "html" else is_html
            columns = value.split(separator) if name == "columns" else columns
        elif line.strip():
            cells = [cell.strip('"') for cell in line.split(separator)]
            cells = cells if is_html else [escape(cell) for cell in cells]
            _note(rows, number, dict(zip(columns, cells, strict=False)), "")
    return rows.found


def write(items: Iterable[Item]) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript("PRAGMA page_size = 4096;" + _SCHEMA)
        _write_collection(database)
        for number, item in enumerate(items, start=1):
            _write_note(database, number, item)
        database.commit()
        collection = database.serialize()
    return zipped([("collection.anki2", collection), ("media", b"{}")])


# --- Reading ---------------------------------------------------------------------------------------------


def _notes(data: bytes) -> list[tuple[list[str], list[str], str]]:
    """Field names, fields and tags of each note, out of a database that a stranger has made."""
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(data)
            _restrain(database)
            models = database.execute("SELECT models FROM col").fetchone()
            names = _field_names(models[0] if models else "{}")
            found = database.execute("SELECT mid, flds, tags FROM notes ORDER BY id").fetchmany(5001)
        except (sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, MemoryError) as error:
            raise Unreadable("The collection in this deck is damaged.") from error
    return [
        (names.get(str(model), list(UNNAMED)), str(fields).split(SEPARATOR), str(tags))
        for model, fields, tags in found
    ]


def _restrain(database: sqlite3.Connection) -> None:
    """Only plain reading of tables, and not for ever: views and triggers of the file run nothing."""
    allowed = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    kinds = database.execute("SELECT type FROM sqlite_master WHERE name IN ('col', 'notes')").fetchall()
    if [kind for (kind,) in kinds] != ["table", "table"]:
        raise ValueError("These are no tables.")
    database.set_authorizer(
        lambda action, *rest: sqlite3.SQLITE_OK if action in allowed else sqlite3.SQLITE_DENY
    )
    database.set_progress_handler(_budget().__next__, 10_000)


def _budget() -> Iterator[int]:
    for _ in range(MAX_STEPS // 10_000):
        yield 0
    while True:
        yield 1


def _field_names(models: str) -> dict[str, list[str]]:
    known = json.loads(models)
    return {
        str(key): [str(field["name"]) for field in model["flds"]]
        for key, model in known.items()
        if isinstance(model, dict) and isinstance(model.get("flds"), list)
    }


def _note(rows: Rows, number: int, note: dict[str, str], tags: str) -> None:
    """Ours by its field names; any other by a field that is nothing but true or false, or begins so."""
    plain = {name: words_of_html(text) for name, text in note.items()}
    first = next(iter(plain.values()), "")
    if "Statement" in plain and "Answer" in plain:
        values = {NAMES[name]: text for name, text in plain.items() if name in NAMES}
        key = verdict_of(values.pop("answer"))
        if key is None:
            rows.skip(number, "card", text=first)
        else:
            rows.item(number, **{"text": "", **values}, answer=key)
        return
    answer, explanation = _verdict(list(plain.values())[1:])
    if answer is None:
        rows.skip(number, "card", text=first)
    else:
        rows.item(number, text=first, answer=answer, explanation=explanation, topic=_topic(tags))


def _verdict(backs: list[str]) -> tuple[bool | None, str]:
    for position, back in enumerate(backs):
        word, _, rest = back.partition("\n")
        if one_line(word).casefold().rstrip(".!") not in ("true", "false"):
            continue
        others = [rest, *(other for place, other in enumerate(backs) if place != position)]
        return verdict_of(word), "\n".join(part for part in others if part.strip())
    return None, ""


def _topic(tags: str) -> str:
    named = (tag.removeprefix("topic::") for tag in tags.split() if tag.startswith("topic::"))
    return next(named, "").replace("_", " ")


# --- Writing ---------------------------------------------------------------------------------------------


def _write_collection(database: sqlite3.Connection) -> None:
    template = {
        "name": "True or false", "ord": 0, "qfmt": "{{Statement}}", "did": None, "bqfmt": "", "bafmt": "",
        "afmt": "{{FrontSide}}<hr id=answer><b>{{Answer}}</b><br>{{Explanation}}<br><i>{{Source}}</i>",
    }  # fmt: skip
    fields = [
        {"name": name, "ord": number, "sticky": False, "rtl": False, "font": "Arial", "size": 20, "media": []}
        for number, name in enumerate(FIELDS)
    ]
    model = {
        "id": MODEL_ID, "name": "PadawanForge statement", "type": 0, "mod": EPOCH, "usn": -1, "sortf": 0,
        "did": DECK_ID, "tmpls": [template], "flds": fields, "vers": [], "tags": [], "req": [[0, "all", [0]]],
        "css": ".card { font-family: sans-serif; font-size: 20px; text-align: center; }", "latexPre": "",
        "latexPost": "",
    }  # fmt: skip
    decks = {str(key): _deck(key, name) for key, name in ((1, "Default"), (DECK_ID, "PadawanForge"))}
    conf = {
        "nextPos": 1,
        "curDeck": DECK_ID,
        "activeDecks": [DECK_ID],
        "sortType": "noteFld",
        "estTimes": True,
    }
    dconf = {"1": {"id": 1, "name": "Default", "mod": 0, "usn": 0, "maxTaken": 60, "timer": 0, "autoplay": True,
                   "replayq": True, "new": {"delays": [1, 10], "ints": [1, 4, 7], "initialFactor": 2500,
                   "order": 1, "perDay": 20, "bury": True, "separate": True}, "rev": {"perDay": 100,
                   "ease4": 1.3, "fuzz": 0.05, "minSpace": 1, "ivlFct": 1, "maxIvl": 36500, "bury": True},
                   "lapse": {"delays": [10], "mult": 0, "minInt": 1, "leechFails": 8, "leechAction": 0}}}  # fmt: skip
    texts = [json.dumps(part, sort_keys=True) for part in (conf, {str(MODEL_ID): model}, decks, dconf)]
    database.execute(
        "INSERT INTO col VALUES (1, ?, ?, ?, 11, 0, 0, 0, ?, ?, ?, ?, '{}')",
        (EPOCH, EPOCH * 1000, EPOCH * 1000, *texts),
    )


def _deck(key: int, name: str) -> dict:
    return {
        "id": key, "name": name, "mod": EPOCH, "usn": -1, "desc": "", "dyn": 0, "conf": 1, "collapsed": False,
        "extendNew": 0, "extendRev": 50, "newToday": [0, 0], "revToday": [0, 0], "lrnToday": [0, 0],
        "timeToday": [0, 0],
    }  # fmt: skip


def _write_note(database: sqlite3.Connection, number: int, item: Item) -> None:
    values = {name: getattr(item, field) for name, field in NAMES.items()}
    values["Answer"] = "True" if item.answer else "False"
    fields = [escape(values[name]).replace("\n", "<br>") for name in FIELDS]
    key = EPOCH * 1000 + number
    guid = sha256(item.text.encode()).hexdigest()[:10]
    # Anki's own checksum of the first field.
    checksum = int(sha1(fields[0].encode(), usedforsecurity=False).hexdigest()[:8], 16)
    tags = f" topic::{'_'.join(item.topic.split())} " if item.topic else ""
    note = (key, guid, MODEL_ID, EPOCH, -1, tags, SEPARATOR.join(fields), fields[0], checksum)
    database.execute("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')", note)
    card = (key, key, DECK_ID, EPOCH, number)
    database.execute(
        "INSERT INTO cards VALUES (?, ?, ?, 0, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')", card
    )
