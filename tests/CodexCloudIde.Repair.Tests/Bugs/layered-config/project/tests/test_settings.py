import pytest

from settings import parse
from settings.layers import Layer, Layers
from settings.service import Service


@pytest.fixture
def layers():
    return Layers(Layer("environment", {"port": "9000"}), Layer("file", {"port": "80", "timeout": "5m", "origins": "a.example, b.example"}))


def test_first_layer_wins(layers):
    assert layers.raw("port") == "9000"
    assert layers.origin("timeout") == "file"
    assert layers.origin("colour") is None


def test_boolean():
    assert parse.boolean(" Yes ") is True
    assert parse.boolean("off") is False
    with pytest.raises(ValueError):
        parse.boolean("maybe")


def test_duration():
    assert [parse.duration(text) for text in ("90", "5m", "2h")] == [90, 300, 7200]


def test_listing():
    assert parse.listing("a, b,,c ") == ["a", "b", "c"]


def test_service_reads_its_layers(layers):
    assert Service(layers).describe() == "localhost:9000 for a.example, b.example, 300 s"


def test_service_without_settings():
    service = Service(Layers())
    assert (service.host, service.port, service.timeout) == ("localhost", 8080, 30)


def test_service_without_origins():
    assert Service(Layers(Layer("file", {"host": "h"}))).describe() == "h:8080 for nobody, 30 s"
