"""Files that come in pieces: what has arrived lies in a folder of its own until the last piece is there.

How much of a file counts is written in the database. A piece goes to its place and whatever lies behind it is
cut off, so a piece that was written twice, or by a process that died before it could note it, does no harm.
"""

from pathlib import Path

from django.conf import settings

from padawanforge.kit.errors import DomainError


class WrongOffset(DomainError):
    """The piece doesn't fit; `told` says where the server is."""

    code = "offset"

    def __init__(self, offset: int) -> None:
        super().__init__(f"The upload is at byte {offset}.")
        self.told = {"offset": offset}


def write_at(name: str, offset: int, piece: bytes) -> None:
    """Put the piece at that place; call it while nobody else writes to the file."""
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(piece)
        file.truncate()


def whole(name: str) -> bytes | None:
    """Everything that has arrived; None when there is nothing."""
    try:
        return _path(name).read_bytes()
    except FileNotFoundError:
        return None


def forget(name: str) -> None:
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    if not name.isalnum():
        raise ValueError(f"{name!r} is no name of ours.")
    return Path(settings.UPLOAD_ROOT) / f"{name}.part"
