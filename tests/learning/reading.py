"""What a reader of files found."""


def found(rows):
    assert [(row.skipped, row.problem) for row in rows if row.item is None] == []
    return [row.item for row in rows]
