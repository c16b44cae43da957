"""Texts with the word whether a model wrote them: `structured_title` and `structured_description` of the format, as one cell has them.

The cell is `trained_algorithmic_media:"Text"`, quoted where the text has a colon or a quotation mark; in XML both parts have elements.
"""

from __future__ import annotations

FIELDS = ("title", "description")
PREFIX = "structured_"
GENERATED, GIVEN = "trained_algorithmic_media", "default"


def written(source: str, content: str) -> str:
    """Return the cell of a text.

    >>> written("trained_algorithmic_media", '3/8" drill')
    'trained_algorithmic_media:"3/8"" drill"'
    """
    doubled = content.replace('"', '""')
    return f'{source}:"{doubled}"'


def read(cell: str) -> tuple[str, bool]:
    """Return the text of a cell, and whether a model wrote it; what has no source before a colon is all text, and given.

    >>> read('trained_algorithmic_media:"3/8"" drill"'), read(":Drill"), read("Drill: 18 V")
    (('3/8" drill', True), ('Drill', False), ('Drill: 18 V', False))
    """
    source, colon, content = cell.partition(":")
    source, content = source.strip().lower(), content.strip()
    if not colon or source not in {"", GIVEN, GENERATED}:
        return cell.strip(), False
    if len(content) > 1 and content[0] == content[-1] == '"':
        content = content[1:-1].replace('""', '"')
    return content.strip(), source == GENERATED
