import pytest

from routes.geo import Position
from routes.stops import from_geojson, parse_stop


def feature(x, y):
    return {"geometry": {"coordinates": [x, y]}, "properties": {"name": "n"}}


def test_far_east():
    assert from_geojson(feature(151.2, -33.9))[1] == Position(-33.9, 151.2)


def test_latitude_is_checked():
    with pytest.raises(ValueError):
        from_geojson(feature(0, 120))


def test_csv_is_latitude_first():
    assert parse_stop("x; 1.5; 170")[1] == Position(1.5, 170.0)
