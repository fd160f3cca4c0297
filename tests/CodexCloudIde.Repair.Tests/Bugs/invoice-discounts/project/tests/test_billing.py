from billing import tax
from billing.invoice import Invoice, outstanding
from billing.lines import Position

PLAIN = Position("chair", 2, 5000)
CHEAP = Position("desk", 1, 20000, discount_percent=10)


def test_position():
    assert (CHEAP.gross, CHEAP.net, CHEAP.saved) == (20000, 18000, 2000)


def test_tax_is_rounded():
    assert tax.tax(1005) == 191
    assert tax.tax(1005, "none") == 0


def test_invoice_without_discount():
    assert Invoice("1", [PLAIN]).summary() == {"number": "1", "net": 10000, "tax": 1900, "total": 11900, "saved": 0}


def test_invoice_with_discount():
    assert Invoice("2", [PLAIN, CHEAP]).net == 28000


def test_total_with_discount():
    assert Invoice("2", [PLAIN, CHEAP], kind="reduced").total == 29960


def test_saved():
    assert Invoice("2", [PLAIN, CHEAP]).saved == 2000


def test_early_payment():
    assert Invoice("1", [PLAIN], early_percent=2).early_total() == 11662


def test_outstanding():
    assert outstanding([Invoice("1", [PLAIN]), Invoice("3", [PLAIN])], {"1": 11900, "3": 900}) == {"3": 11000}
