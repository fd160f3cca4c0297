"""What comes with it."""

import re
from plugins.core import step

BLANKS = re.compile(r"\s+")
LIMIT = 20


@step("trim", priority=1)
def trim(text):
    return text.strip()


@step("squeeze", priority=2)
def squeeze(text):
    return BLANKS.sub(" ", text)


@step("shorten", priority=9)
def shorten(text, limit=LIMIT):
    if len(text) <= limit:
        return text
    return text[:limit - 1] + "…"


@step("capitals", priority=5)
def capitals(text):
    return " ".join(word[0].upper() + word[1:] for word in text.split(" "))
