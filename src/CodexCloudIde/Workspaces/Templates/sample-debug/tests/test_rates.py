import pytest

from dispatch import rates

BREMEN = {"postcode": "28195", "country": "DE"}


@pytest.mark.parametrize("grams, cents", [(1, 449), (1000, 449), (1001, 499), (31500, 1649)])
def test_base_price(grams, cents):
    assert rates.base_price(grams) == cents


def test_too_heavy():
    with pytest.raises(rates.TooHeavy):
        rates.base_price(31501)


def test_price_in_the_first_zone():
    assert rates.price(2480, BREMEN) == 699


def test_a_hazard_costs_more():
    assert rates.price(2480, BREMEN, hazardous=True) == 1149


def test_an_island_costs_more():
    assert rates.price(500, {"postcode": "27498", "country": "DE"}) == 1649


def test_far_away():
    assert rates.price(500, {"postcode": "1800", "country": "CH"}) == 1122
