"""What a browser calls itself, for people to read."""

from dataclasses import dataclass

from ua_parser import parse

HANDHELD = frozenset({"iOS", "Android"})


@dataclass(frozen=True, slots=True)
class Device:
    name: str
    is_handheld: bool


def device_of(agent: str) -> Device:
    """Firefox on Linux, say; what can't be read is a browser somewhere."""
    read = parse(agent)
    browser = _plain(read.user_agent.family if read.user_agent else "")
    system = _plain(read.os.family if read.os else "")
    name = f"{browser or 'A browser'} on {system}" if system else browser or "A browser"
    return Device(name, is_handheld=system in HANDHELD)


def _plain(family: str) -> str:
    name = "" if family == "Other" else family
    return name.removesuffix(" Mobile").removesuffix(" Mobile WebView").replace("Mac OS X", "macOS")
