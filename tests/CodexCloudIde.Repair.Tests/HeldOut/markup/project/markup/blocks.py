"""Lines to blocks."""

from markup.inline import inline


def heading(line):
    level = 0
    while level < len(line) and line[level] == "#":
        level += 1
    if level == 0 or level > 6 or line[level:level + 1] != " ":
        return None
    return f"<h{level}>{inline(line[level:].strip())}</h{level}>"


def render(text):
    out = []
    items = []
    paragraph = []

    def flush():
        if items:
            out.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
            items.clear()
        if paragraph:
            out.append(f"<p>{' '.join(paragraph)}</p>")
            paragraph.clear()

    for line in text.splitlines():
        line = line.strip()
        if not line:
            flush()
        elif heading(line) is not None:
            flush()
            out.append(heading(line))
        elif line.startswith("- "):
            if paragraph:
                flush()
            items.append(inline(line[2:]))
        else:
            if items:
                flush()
            paragraph.append(inline(line))
    flush()
    return "\n".join(out)
