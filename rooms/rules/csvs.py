"""Cells of a table that is opened with a spreadsheet."""

# A spreadsheet computes a cell that begins like this, full-width signs included.
COMPUTED = "=+-@\uff1d\uff0b\uff0d\uff20"
BLANKS = " \t\r\n\u00a0\u3000"


def cell(value: object) -> object:
    """The value as it can be opened without harm; what others have written is never computed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    first = value.lstrip(BLANKS)[:1]
    return f"'{value}" if (first and first in COMPUTED) or (value[:1] in "\t\r\n" and value) else value
