"""Stops as the timetable's CSV writes them: name;latitude;longitude."""

from routes.geo import Position


def parse_stop(line):
    name, latitude, longitude = line.split(";")
    return name.strip(), Position(float(latitude), float(longitude))


def parse_stops(text):
    return dict(parse_stop(line) for line in text.strip().splitlines())


def from_geojson(feature):
    """GeoJSON names the longitude first."""
    longitude, latitude = feature["geometry"]["coordinates"]
    return feature["properties"]["name"], Position(longitude, latitude)
