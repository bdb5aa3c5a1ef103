"""The lists in docs/ are complete and hold nothing that is gone."""

import re
from pathlib import Path

from django.core.management import get_commands

from npcs.llm.presets import PRESETS
from padawanforge.kit import jobs

ROOT = Path(__file__).resolve().parents[2]
OWN_APPS = {"padawanforge.site", "players", "npcs", "learning", "messaging", "rooms"}


def documented(name: str) -> set[str]:
    """The code words that begin the rows of the tables in a document."""
    text = (ROOT / "docs" / name).read_text()
    return set(re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE))


def source_text() -> str:
    return "\n".join(
        path.read_text()
        for package in ("padawanforge", "players", "npcs", "learning", "messaging", "rooms")
        for path in (ROOT / package).rglob("*.py")
    )


def test_settings_are_documented():
    files = [ROOT / "padawanforge" / name for name in ("settings.py", "databases.py", "storage.py")]
    settings = "".join(path.read_text() for path in files)
    names = set(re.findall(r"env\.\w+\(\s*['\"]([A-Z0-9_]+)['\"]", settings))
    providers = {
        f"{p}_CLIENT_{end}" for p in ("GOOGLE", "DISCORD", "APPLE", "SLACK") for end in ("ID", "SECRET")
    }

    assert documented("settings.md") == names | providers | {
        "PADAWAN_ADMIN_PASSWORD",
        "PADAWAN_PLAYER_PASSWORD",
    }


def test_commands_are_documented():
    own = {name for name, app in get_commands().items() if app in OWN_APPS}

    assert documented("commands.md") == own


def test_events_are_documented():
    text = source_text()
    recorded = set(re.findall(r'type="([a-z]+\.[a-z_]+)"', text))
    told = set(re.findall(r'_tell\(\w+, "([a-z]+\.[a-z_]+)"', text))
    told |= set(
        re.findall(r'(?:_saved\(\w+, \w+, |^[A-Z_]+ = )"((?:message|poll)\.[a-z_]+)"', text, re.MULTILINE)
    )
    signalled = set(re.findall(r'signal\(\s*[\w.]+,\s*"([a-z]+(?:\.[a-z_]+)?)"', text))

    assert recorded
    assert signalled
    assert told
    listed = {name for name in documented("events.md") if "signals" not in name}
    assert recorded | told | signalled | receivers() == listed


def test_jobs_and_periodic_functions_are_documented():
    names = set(jobs.names()) | {entry.name for entry in jobs.periodic()}

    assert names <= documented("jobs.md")


def receivers() -> set[str]:
    return set(re.findall(r'dispatch_uid="([^"]+)"', source_text()))


def test_receivers_are_documented():
    assert receivers()
    assert receivers() <= documented("events.md")


def test_kinds_of_providers_are_documented_with_their_addresses():
    text = (ROOT / "docs" / "providers.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]+) \| (?:`([^`]+)`|none) \|", text, flags=re.MULTILINE)

    assert {kind: (label, url) for kind, label, url in rows} == {
        preset.kind: (preset.label, preset.url) for preset in PRESETS.values()
    }
