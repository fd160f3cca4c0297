"""Opens a feed file and yields the records in it."""

import json

from dispatch.errors import FeedError

SUPPORTED_REVISIONS = (1, 2)


def load(path):
    """The parsed feed at ``path``."""
    try:
        with open(path, encoding="utf-8") as stream:
            return parse(stream.read())
    except FileNotFoundError:
        raise FeedError(f"no such feed: {path}") from None


def parse(text):
    try:
        feed = json.loads(text)
    except json.JSONDecodeError as problem:
        raise FeedError(f"not JSON at line {problem.lineno}") from None
    check_envelope(feed)
    return feed


def check_envelope(feed):
    if not isinstance(feed, dict):
        raise FeedError("a feed is an object")
    for key in ("revision", "carrier", "records"):
        if key not in feed:
            raise FeedError(f"the envelope lacks {key!r}")
    if feed["revision"] not in SUPPORTED_REVISIONS:
        raise FeedError(f"revision {feed['revision']} is not supported")
    if not isinstance(feed["records"], list):
        raise FeedError("'records' is not a list")


def records(feed, kind=None):
    """The records of one kind, or all, each with the feed's revision and carrier noted on it."""
    for position, record in enumerate(feed["records"]):
        if "kind" not in record:
            raise FeedError(f"record {position} has no kind")
        if kind is None or record["kind"] == kind:
            yield {**record, "revision": feed["revision"], "carrier": feed["carrier"]}
