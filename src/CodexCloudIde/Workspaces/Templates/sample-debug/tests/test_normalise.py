import pytest

from dispatch import normalise
from dispatch.errors import FeedError


@pytest.mark.parametrize("written, code", [("de", "DE"), ("Deutschland", "DE"), (" Austria ", "AT"), ("NL", "NL")])
def test_country_code(written, code):
    assert normalise.country_code(written) == code


def test_an_unknown_country_is_refused():
    with pytest.raises(FeedError, match="Atlantis"):
        normalise.country_code("Atlantis")


def test_address_of_revision_one_is_trimmed():
    raw = {"name": " Ines Brandt ", "street": "Am Wall 4", "city": "Bremen", "postcode": "28195", "country": "Germany"}
    assert normalise.address({"revision": 1, "recipient": raw}) == {
        "name": "Ines Brandt", "street": "Am Wall 4", "city": "Bremen", "postcode": "28195", "country": "DE"}


def test_address_of_revision_two_is_flattened():
    party = {"name": "Ines Brandt", "address": {"street": "Am Wall 4", "city": "Bremen", "postcode": "28195", "countryCode": "de"}}
    flat = normalise.address({"revision": 2, "recipient": {"party": party}})
    assert (flat["name"], flat["street"], flat["postcode"]) == ("Ines Brandt", "Am Wall 4", "28195")


def test_a_line_without_quantity_means_one():
    assert normalise.lines({"lines": [{"sku": " lamp-01 "}]}) == [{"sku": "LAMP-01", "quantity": 1, "unit_price": "0"}]


def test_events_are_oldest_first():
    record = {"events": [{"at": "2024-03-19T05:10:00Z", "code": "HUB"}, {"at": "2024-03-18T18:02:00Z", "code": "PICKED"}]}
    assert [event["code"] for event in normalise.events(record)] == ["picked", "hub"]
