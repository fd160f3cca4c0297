import json

import pytest

from dispatch import feed
from dispatch.errors import FeedError


def test_parse_returns_the_feed(feed_v1):
    assert feed.parse(json.dumps(feed_v1)) == feed_v1


def test_parse_names_the_line_that_is_not_json():
    with pytest.raises(FeedError, match="line 2"):
        feed.parse('{"revision": 1,\n oops}')


@pytest.mark.parametrize("key", ["revision", "carrier", "records"])
def test_an_incomplete_envelope_is_refused(feed_v1, key):
    del feed_v1[key]
    with pytest.raises(FeedError, match=key):
        feed.check_envelope(feed_v1)


def test_an_unknown_revision_is_refused(feed_v1):
    feed_v1["revision"] = 3
    with pytest.raises(FeedError, match="revision 3"):
        feed.check_envelope(feed_v1)


def test_records_are_filtered_by_kind(feed_v1):
    assert [record["id"] for record in feed.records(feed_v1, "shipment")] == ["S-1"]


def test_records_know_their_feed(feed_v2):
    first = next(feed.records(feed_v2))
    assert (first["revision"], first["carrier"]) == (2, "alpex")


def test_a_missing_file_is_a_feed_error(tmp_path):
    with pytest.raises(FeedError, match="no such feed"):
        feed.load(tmp_path / "none.json")
