from datetime import date

import pytest

from library.books import Book, Catalogue
from library.fines import fine, total
from library.loans import Desk, Loan, NotAvailable


@pytest.fixture
def catalogue():
    made = Catalogue()
    made.add(Book("1", "Dune", "Herbert", 1, ["sf"]))
    made.add(Book("2", "Emma", "Austen", 2, ["classic"]))
    made.add(Book("3", "Persuasion", "Austen", 1, ["classic", "late"]))
    return made


def test_adding_again_adds_copies(catalogue):
    catalogue.add(Book("1", "Dune", "Herbert", 3))
    assert catalogue.get("1").copies == 4


def test_find_by_author(catalogue):
    assert [book.title for book in catalogue.find("AUSTEN")] == ["Emma", "Persuasion"]


def test_find_by_title(catalogue):
    assert [book.isbn for book in catalogue.find("dun")] == ["1"]


def test_shelves(catalogue):
    assert catalogue.by_tag() == {"sf": ["Dune"], "classic": ["Emma", "Persuasion"], "late": ["Persuasion"]}


def test_lend_until(catalogue):
    assert Desk(catalogue).lend("1", "ann", date(2024, 2, 20)).due == date(2024, 3, 12)


def test_lend_last_copy(catalogue):
    desk = Desk(catalogue)
    desk.lend("2", "ann", date(2024, 1, 1))
    desk.lend("2", "bob", date(2024, 1, 1))
    with pytest.raises(NotAvailable):
        desk.lend("2", "eve", date(2024, 1, 1))


def test_give_back_makes_available(catalogue):
    desk = Desk(catalogue)
    desk.lend("1", "ann", date(2024, 1, 1))
    assert desk.give_back("1", "ann").reader == "ann"
    assert desk.lend("1", "bob", date(2024, 1, 2)).reader == "bob"


def test_give_back_unknown(catalogue):
    assert Desk(catalogue).give_back("1", "ann") is None


def test_fine():
    loan = Loan("1", "ann", date(2024, 1, 10))
    assert fine(loan, date(2024, 1, 13)) == 60
    assert fine(loan, date(2024, 1, 9)) == 0
    assert fine(loan, date(2024, 12, 9)) == 500


def test_total():
    loans = [Loan("1", "ann", date(2024, 1, 10)), Loan("2", "ann", date(2024, 1, 12))]
    assert total(loans, date(2024, 1, 13)) == 80
