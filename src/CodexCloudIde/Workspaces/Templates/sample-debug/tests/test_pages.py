import pytest

from dispatch import pages


@pytest.mark.parametrize("rows, count", [(0, 0), (1, 1), (10, 1), (11, 2)])
def test_page_count(rows, count):
    assert pages.page_count(rows, 10) == count


def test_a_full_page_holds_size_rows():
    assert pages.page(list(range(25)), 2, 10) == list(range(10, 20))


def test_the_last_page_holds_the_rest():
    assert pages.page(list(range(25)), 3, 10) == [20, 21, 22, 23, 24]


def test_no_row_is_lost():
    rows = list(range(23))
    assert [row for _, _, part in pages.sheets(rows, 7) for row in part] == rows


def test_there_is_no_page_zero():
    with pytest.raises(IndexError):
        pages.page([1], 0, 10)
