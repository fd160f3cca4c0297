"""Lines for people."""

from stock.levels import total


def summary(levels, prices=None):
    lines = []
    for warehouse in sorted(levels):
        worth = sum(entry["value"] for entry in levels[warehouse].values())
        lines.append(f"{warehouse}: {len(levels[warehouse])} articles, {worth:.2f}")
    return lines


def most_common(levels):
    articles = {article for shelf in levels.values() for article in shelf}
    return max(sorted(articles), key=lambda article: total(levels, article), default=None)
