import pytest

from routes.geo import Position, distance
from routes.plan import length, nearest, within
from routes.stops import from_geojson, parse_stops

TEXT = """
Bremen;53.08;8.80
Hamburg;53.55;9.99
Kiel;54.32;10.14
"""


def test_positions_are_checked():
    with pytest.raises(ValueError):
        Position(91, 0)


def test_distance():
    assert distance(Position(53.08, 8.80), Position(53.55, 9.99)) == pytest.approx(94.7, abs=1)


def test_parse_stops():
    assert parse_stops(TEXT)["Kiel"] == Position(54.32, 10.14)


def test_geojson():
    feature = {"geometry": {"coordinates": [8.80, 53.08]}, "properties": {"name": "Bremen"}}
    assert from_geojson(feature) == ("Bremen", Position(53.08, 8.80))


def test_length():
    assert length(parse_stops(TEXT), ["Bremen", "Hamburg", "Kiel"]) == pytest.approx(181, abs=2)


def test_nearest():
    assert nearest(parse_stops(TEXT), Position(54, 10)) == "Kiel"


def test_nearest_of_geojson_stops():
    features = [{"geometry": {"coordinates": at}, "properties": {"name": name}} for name, at in [("A", [10, 50]), ("B", [50, 10])]]
    assert nearest(dict(map(from_geojson, features)), Position(11, 51)) == "B"


def test_within():
    assert within(parse_stops(TEXT), Position(53.55, 9.99), 100) == ["Bremen", "Hamburg", "Kiel"]
