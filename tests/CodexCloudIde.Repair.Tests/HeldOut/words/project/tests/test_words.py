from words import clean, count, shape


def test_words_lose_punctuation_and_case():
    assert clean.words("Hello, (World)!") == ["hello", "world"]


def test_words_skip_lone_punctuation():
    assert clean.words("well - ...") == ["well", "-"]


def test_content_words():
    assert clean.content_words("The end of a Day") == ["end", "day"]


def test_frequencies():
    assert count.frequencies("Red, blue and red.") == {"red": 2, "blue": 1}


def test_top():
    assert count.top("b e c e b d", 2) == ["b", "e"]
    assert count.top("b c c") == ["c", "b"]


def test_by_initial():
    assert count.by_initial("Tea two tea one") == {"t": ["tea", "two"], "o": ["one"]}


def test_average_length():
    assert count.average_length("ab abcd") == 3.0
    assert count.average_length("") == 0.0


def test_wrap():
    assert shape.wrap("aa bb cc dd", 5) == ["aa bb", "cc dd"]
    assert shape.wrap("aaa bb c", 4) == ["aaa", "bb c"]


def test_wrap_nothing():
    assert shape.wrap("", 5) == []


def test_indent():
    assert shape.indent(["a", "", "b"], 2) == ["  a", "", "  b"]


def test_title():
    assert shape.title("the lord of the rings") == "The Lord of the Rings"


def test_palindrome():
    assert shape.is_palindrome("Never odd or even")
    assert not shape.is_palindrome("abca")
