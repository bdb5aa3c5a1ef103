"""Addresses that a player shows of himself elsewhere."""

from urllib.parse import urlsplit

MAX_LINKS = 5
MAX_LABEL_LENGTH = 30
MAX_ADDRESS_LENGTH = 300
# Names that mean something else on every reader's machine.
HOME_ENDINGS = (
    ".localhost",
    ".local",
    ".internal",
    ".lan",
    ".home",
    ".home.arpa",
    ".test",
    ".invalid",
    ".onion",
)


def problem_of_links(links: object) -> str:
    """What is wrong with the links (label -> address), in a sentence; empty when nothing is."""
    if not isinstance(links, dict) or not all(
        isinstance(part, str) for pair in links.items() for part in pair
    ):
        return "Give a name and an address for each link."
    if len(links) > MAX_LINKS:
        return f"Keep to {MAX_LINKS} links."
    for label, address in links.items():
        if problem := _problem_of_label(label) or problem_of_address(address):
            return f"{label or address}: {problem}"
    return ""


def problem_of_address(address: str) -> str:
    """Only what leads to a public https site, with the host in plain sight."""
    if len(address) > MAX_ADDRESS_LENGTH:
        return f"Keep the address under {MAX_ADDRESS_LENGTH} characters."
    if not address.isascii() or not address.isprintable() or any(c in address for c in " \\\"'<>`"):
        return "Copy the address from the browser: it has characters that no address has."
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "Write a whole address, such as https://example.org/ada."
    if parts.scheme != "https":
        return "Begin the address with https://."
    if "@" in parts.netloc:
        return "Leave out the part before the @ in the address."
    return (
        "" if _is_public_name(host) else "Write the name of a public site, such as https://example.org/ada."
    )


def _problem_of_label(label: str) -> str:
    if not label.strip():
        return "Give the link a name."
    return f"Keep its name under {MAX_LABEL_LENGTH} characters." if len(label) > MAX_LABEL_LENGTH else ""


def _is_public_name(host: str) -> bool:
    """A name with a dot whose ending has letters: neither an address in numbers of any kind nor a machine."""
    labels = host.removesuffix(".").split(".")
    ending = labels[-1]
    return (
        len(labels) > 1
        and all(label and label.replace("-", "").isalnum() for label in labels)
        # 127.1, 0x7f.1 and 017700000001 are addresses in numbers, too.
        and not ending[0].isdigit()
        and not f".{'.'.join(labels)}".endswith(HOME_ENDINGS)
    )
