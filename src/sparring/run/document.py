"""A web page in one file: no network, no script, no other file."""

from __future__ import annotations

from html import escape
from pathlib import Path

NO_SCRIPT = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def document(title: str, body: str, *styles: str) -> str:
    """`body` in the report's looks, and in further styles of files beside this one."""
    here = Path(__file__).parent
    style = "".join((here / name).read_text(encoding="utf-8") for name in ("report.css", *styles))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{NO_SCRIPT}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}: Sparring</title>\n"
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>\n" if body else ""
