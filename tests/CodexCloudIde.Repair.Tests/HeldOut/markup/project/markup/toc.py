"""A table of contents."""


def slug(title):
    return "-".join("".join(letter for letter in word if letter.isalnum()) for word in title.lower().split())


def contents(text):
    entries = []
    seen = {}
    for line in text.splitlines():
        if line.startswith("#"):
            level = len(line) - len(line.lstrip("#"))
            title = line[level:].strip()
            name = slug(title)
            seen[name] = seen.get(name, 0) + 1
            if seen[name] > 1:
                name += f"-{seen[name]}"
            entries.append((level, title, name))
    return entries
