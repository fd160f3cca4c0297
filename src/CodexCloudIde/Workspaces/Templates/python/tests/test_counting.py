import pytest

from wordcount import count_words, most_common


def test_words_are_counted_whatever_their_case():
    assert count_words("The cat saw the dog") == {"the": 2, "cat": 1, "saw": 1, "dog": 1}


@pytest.mark.parametrize("text", ["", "  \n", "... --- !"])
def test_a_text_without_words_has_none(text):
    assert not count_words(text)


def test_an_apostrophe_belongs_to_its_word():
    assert count_words("don't") == {"don't": 1}


def test_ties_are_in_alphabetical_order():
    assert most_common("b a c a b", limit=2) == [("a", 2), ("b", 2)]
