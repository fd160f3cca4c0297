import pytest

from dispatch import money


@pytest.mark.parametrize("text, minor", [("12.34", 1234), ("0.005", 1), ("-3", -300)])
def test_to_minor(text, minor):
    assert money.to_minor(text) == minor


def test_exchange_rounds_half_up():
    assert money.exchange(1010, "CHF") == 1061


def test_exchange_without_a_rate():
    with pytest.raises(ValueError, match="SEK"):
        money.exchange(1, "SEK")


@pytest.mark.parametrize("minor, shown", [(123456, "1,234.56 EUR"), (-5, "-0.05 EUR")])
def test_show(minor, shown):
    assert money.show(minor) == shown


def test_share_adds_up():
    assert money.share(100, 3) == [34, 33, 33]
