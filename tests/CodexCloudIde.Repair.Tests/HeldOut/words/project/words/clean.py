"""Text made comparable."""

PUNCTUATION = ".,;:!?\"'()"
STOP = {"the", "a", "an", "of", "and"}


def normalise(word):
    return word.strip(PUNCTUATION).lower()


def words(text):
    return [clean for clean in (normalise(part) for part in text.split()) if clean]


def content_words(text):
    return [word for word in words(text) if word not in STOP]
