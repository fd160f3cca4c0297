import pytest


def recipient_v1(country="Germany", postcode="28195"):
    return {"name": " Ines Brandt ", "street": "Am Wall 4", "city": "Bremen", "postcode": postcode, "country": country}


def recipient_v2(country="DE", postcode="28195"):
    return {"party": {"name": "Ines Brandt", "address": {
        "street": "Am Wall 4", "city": "Bremen", "postcode": postcode, "countryCode": country}}}


def order(id="A-1", revision_two=False, **changes):
    record = {
        "kind": "order",
        "id": id,
        "orderedAt": "2024-03-18T09:12:00Z",
        "recipient": recipient_v2() if revision_two else recipient_v1(),
        "lines": [{"sku": "LAMP-01", "quantity": 2, "unitPrice": "39.90"}, {"sku": "bulb-60", "unitPrice": "2.45"}],
    }
    return {**record, **changes}


def shipment(id="S-1", order_id="A-1", revision_two=False, **changes):
    record = {
        "kind": "shipment",
        "id": id,
        "orderId": order_id,
        "recipient": recipient_v2() if revision_two else recipient_v1(),
        "events": [
            {"at": "2024-03-19T05:10:00Z", "code": "HUB", "hub": "Hannover"},
            {"at": "2024-03-18T18:02:00Z", "code": "PICKED", "hub": "Hamburg"},
        ],
    }
    return {**record, **changes}


@pytest.fixture
def feed_v1():
    return {"revision": 1, "carrier": "northpost", "records": [order(), order("A-2"), shipment()]}


@pytest.fixture
def feed_v2():
    return {"revision": 2, "carrier": "alpex", "records": [
        order(revision_two=True),
        order("A-2", revision_two=True, recipient=recipient_v2("Switzerland", "1800"), currency="CHF"),
        shipment(revision_two=True),
        shipment("S-2", "A-2", revision_two=True, recipient=recipient_v2("CH", "1800"), events=[]),
    ]}
