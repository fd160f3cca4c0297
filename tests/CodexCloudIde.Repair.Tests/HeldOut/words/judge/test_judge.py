from words import clean, count, shape


def test_clean():
    assert clean.normalise("'Quoted!'") == "quoted"
    assert clean.words("A. B? c") == ["a", "b", "c"]
    assert clean.words("... !") == []
    assert clean.content_words("AN apple And The pear") == ["apple", "pear"]


def test_counts():
    text = "one two two three three three four"
    assert count.frequencies(text) == {"one": 1, "two": 2, "three": 3, "four": 1}
    assert count.top(text) == ["three", "two", "four"]
    assert count.top(text, 10) == ["three", "two", "four", "one"]
    assert count.by_initial("b a ab") == {"b": ["b"], "a": ["a", "ab"]}
    assert count.average_length("a, bb") == 1.5


def test_wrap():
    assert shape.wrap("one two three", 7) == ["one two", "three"]
    assert shape.wrap("one two three", 6) == ["one", "two", "three"]
    assert shape.wrap("toolongword a", 4) == ["toolongword", "a"]
    assert shape.indent(["x"]) == ["    x"]


def test_title_and_palindrome():
    assert shape.title("in and out") == "In and Out"
    assert shape.title("war and peace") == "War and Peace"
    assert shape.is_palindrome("A man, a plan, a canal: Panama")
    assert not shape.is_palindrome("ab")
