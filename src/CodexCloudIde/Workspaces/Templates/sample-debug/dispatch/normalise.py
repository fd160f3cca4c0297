"""Brings the carriers' spellings of a record into one shape.

Everything behind this module sees an address as ``{"name", "street", "city", "postcode", "country"}``.
"""

from dispatch.errors import FeedError

COUNTRY_NAMES = {
    "germany": "DE",
    "deutschland": "DE",
    "austria": "AT",
    "switzerland": "CH",
    "france": "FR",
    "netherlands": "NL",
}

ADDRESS_FIELDS = ("name", "street", "city", "postcode")


def country_code(value):
    """Two letters, whatever the carrier wrote."""
    value = value.strip()
    if len(value) == 2:
        return value.upper()
    try:
        return COUNTRY_NAMES[value.lower()]
    except KeyError:
        raise FeedError(f"unknown country {value!r}") from None


def address(record):
    """The recipient's address of a record of either revision."""
    if record["revision"] == 1:
        return _address_v1(record["recipient"])
    return _address_v2(record["recipient"]["party"])


def _address_v1(raw):
    result = {field: raw.get(field, "").strip() for field in ADDRESS_FIELDS}
    result["country"] = country_code(raw["country"])
    return result


def _address_v2(party):
    nested = party["address"]
    result = {"name": party.get("name", "").strip()}
    for field in ADDRESS_FIELDS[1:]:
        result[field] = nested.get(field, "").strip()
    result["countryCode"] = country_code(nested["countryCode"])
    return result


def lines(record):
    """Order lines as ``{"sku", "quantity", "unit_price"}``; carriers leave out a quantity of one."""
    result = []
    for line in record.get("lines", []):
        result.append({
            "sku": line["sku"].strip().upper(),
            "quantity": int(line.get("quantity", 1)),
            "unit_price": line.get("unitPrice", "0"),
        })
    return result


def events(record):
    """Tracking events, oldest first; some carriers send them newest first."""
    found = [
        {"at": event["at"], "code": event["code"].lower(), "hub": event.get("hub")}
        for event in record.get("events", [])
    ]
    return sorted(found, key=lambda event: event["at"])
