"""The frame of pages to print: self-contained HTML without a template engine."""

from __future__ import annotations

from string import Template


def page(style: str, *, head: str = "") -> Template:
    """Return a page with a style and further lines of the head; `language`, `title` and `body` are still to be filled in."""
    return Template(f"""<!doctype html>
<html lang="$language">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{head}<title>$title</title>
<style>
{style}
</style>
</head>
<body>
<h1>$title</h1>
$body
</body>
</html>
""")
