import re
from collections import Counter

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def count_words(text: str) -> Counter[str]:
    """How often each word occurs, whatever its case."""
    return Counter(match.group().lower() for match in _WORD.finditer(text))


def most_common(text: str, limit: int = 10) -> list[tuple[str, int]]:
    """The most frequent words, ties in alphabetical order."""
    return sorted(count_words(text).items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
