from billing.invoice import Invoice, outstanding
from billing.lines import Position


def test_net_and_total_of_mixed_discounts():
    invoice = Invoice("9", [Position("a", 3, 999, 15), Position("b", 1, 1), Position("c", 10, 50, 100)], "none")
    assert (invoice.net, invoice.total, invoice.saved) == (2548, 2548, 950)


def test_tax_is_on_the_net_amount():
    assert Invoice("9", [Position("a", 1, 10000, 50)]).tax == 950


def test_outstanding_counts_discounts():
    assert outstanding([Invoice("9", [Position("a", 1, 10000, 50)])], {"9": 5950}) == {}
