"""Text to tokens."""

SYMBOLS = set("+-*/()^%")


class BadCharacter(ValueError):
    """Something that no formula holds."""


def tokenize(text):
    tokens = []
    at = 0
    while at < len(text):
        character = text[at]
        if character.isspace():
            at += 1
        elif character.isdigit() or character == ".":
            start = at
            while at < len(text) and (text[at].isdigit() or text[at] == "."):
                at += 1
            tokens.append(("number", float(text[start:at])))
        elif character.isalpha():
            start = at
            while at < len(text) and text[at].isalnum():
                at += 1
            tokens.append(("name", text[start:at]))
        elif character in SYMBOLS:
            tokens.append(("symbol", character))
            at += 1
        else:
            raise BadCharacter(f"{character!r} at {at}")
    return tokens
