from datetime import date

import pytest

from library.books import Book, Catalogue
from library.fines import fine, total
from library.loans import Desk, Loan, NotAvailable


def test_copies_and_unknown():
    c = Catalogue()
    c.add(Book("9", "A", "B", 2))
    assert c.add(Book("9", "A", "B", 5)).copies == 7
    assert c.add(Book("9", "A", "B")).copies == 8
    with pytest.raises(NotAvailable):
        Desk(c).lend("8", "x", date(2024, 1, 1))


def test_find_both_fields():
    c = Catalogue()
    c.add(Book("1", "Zoo of Words", "Kay"))
    c.add(Book("2", "Apples", "Wordsworth"))
    c.add(Book("3", "Pears", "Smith"))
    assert [b.isbn for b in c.find("WORDS")] == ["2", "1"]


def test_loans_by_reader():
    c = Catalogue()
    c.add(Book("1", "A", "B", 2))
    desk = Desk(c)
    desk.lend("1", "ann", date(2023, 12, 20))
    desk.lend("1", "bob", date(2023, 12, 21))
    assert desk.give_back("1", "bob").reader == "bob"
    assert desk.lent("1") == 1
    assert desk.give_back("1", "eve") is None
    assert desk.lend("1", "eve", date(2023, 12, 31)).due == date(2024, 1, 21)


def test_fines():
    loan = Loan("1", "ann", date(2024, 3, 1))
    assert [fine(loan, date(2024, 3, d)) for d in (1, 2, 25, 26, 27)] == [0, 20, 480, 500, 500]
    assert total([], date(2024, 1, 1)) == 0
    assert total([loan, loan, loan], date(2024, 3, 2)) == 60


def test_tags():
    c = Catalogue()
    c.add(Book("1", "A", "B", 1, ["x"]))
    c.add(Book("2", "C", "B", 1, ["x", "y"]))
    c.add(Book("3", "D", "B"))
    assert c.by_tag() == {"x": ["A", "C"], "y": ["C"]}
