"""Emphasis, code and links within a line."""

import re

LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def wrap(text, mark, tag):
    """Every pair of marks becomes an element; a lone mark stays."""
    parts = text.split(mark)
    if len(parts) % 2 == 0:
        last = parts.pop()
        parts[-1] += mark + last
    out = ""
    for number, part in enumerate(parts):
        out += f"<{tag}>{part}</{tag}>" if number % 2 else part
    return out


def inline(text):
    text = escape(text)
    text = wrap(text, "**", "strong")
    text = wrap(text, "*", "em")
    text = wrap(text, "`", "code")
    return LINK.sub(r'<a href="\2">\1</a>', text)
