from datetime import datetime, timezone

from conftest import shipment

from dispatch import shipments


def read(**changes):
    return shipments.from_record({**shipment(**changes), "revision": 1, "carrier": "northpost"})


def at(day, hour):
    return datetime(2024, 3, day, hour, 10, tzinfo=timezone.utc)


def test_state_follows_the_last_event():
    assert read().state == "in transit"


def test_without_events_it_is_announced():
    assert read(events=[]).state == "announced"


def test_hubs_in_order():
    assert read().hubs == ["Hamburg", "Hannover"]


def test_stalled_after_two_days():
    assert read().stalled(at(21, 5))


def test_not_stalled_before():
    assert not read().stalled(at(21, 4))


def test_what_has_arrived_is_not_stalled():
    assert not read(events=[{"at": "2024-03-01T08:00:00Z", "code": "delivered"}]).stalled(at(21, 5))


def test_grouped_by_state():
    groups = shipments.by_state([read(), read(events=[]), read()])
    assert {state: len(group) for state, group in groups.items()} == {"in transit": 2, "announced": 1}
