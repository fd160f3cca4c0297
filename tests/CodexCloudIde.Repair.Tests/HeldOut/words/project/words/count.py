"""Frequencies."""

from words.clean import content_words, words


def frequencies(text):
    counts = {}
    for word in content_words(text):
        counts[word] = counts.get(word, 0) + 1
    return counts


def top(text, n=3):
    """The most frequent words, equal ones in alphabetical order."""
    counts = frequencies(text)
    return [word for word, _ in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))[:n]]


def by_initial(text):
    groups = {}
    for word in words(text):
        groups.setdefault(word[0], set()).add(word)
    return {initial: sorted(group) for initial, group in groups.items()}


def average_length(text):
    found = words(text)
    return sum(len(word) for word in found) / len(found) if found else 0.0
