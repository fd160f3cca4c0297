"""Lines and wrapping."""


def wrap(text, width):
    lines = []
    line = ""
    for word in text.split():
        if not line:
            line = word
        elif len(line) + 1 + len(word) <= width:
            line += " " + word
        else:
            lines.append(line)
            line = word
    if line:
        lines.append(line)
    return lines


def indent(lines, by=4):
    return [" " * by + line if line else line for line in lines]


def title(text):
    small = {"of", "the", "in", "and"}
    parts = text.split()
    return " ".join(part if part in small and at > 0 else part.capitalize() for at, part in enumerate(parts))


def is_palindrome(text):
    letters = [letter.lower() for letter in text if letter.isalpha()]
    return letters == letters[::-1]
