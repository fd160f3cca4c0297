from settings import parse
from settings.layers import Layer, Layers
from settings.service import Service


def test_origins_default_to_an_empty_list():
    assert Service(Layers()).origins == []


def test_origins_are_still_read():
    assert Service(Layers(Layer("f", {"origins": "x"}))).origins == ["x"]


def test_empty_text():
    assert parse.listing("") == []
    assert Service(Layers(Layer("f", {"origins": ""}))).origins == []


def test_describe_default():
    assert Service(Layers()).describe() == "localhost:8080 for nobody, 30 s"
