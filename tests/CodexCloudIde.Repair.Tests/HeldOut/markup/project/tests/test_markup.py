import pytest

from markup.blocks import heading, render
from markup.inline import escape, inline
from markup.toc import contents, slug


def test_escape():
    assert escape("a < b & c") == "a &lt; b &amp; c"


@pytest.mark.parametrize("text, html", [
    ("a *b* c", "a <em>b</em> c"), ("**x**", "<strong>x</strong>"), ("use `len`", "use <code>len</code>"), ("2 * 3", "2 * 3"),
    ("see [here](http://x)", 'see <a href="http://x">here</a>')])
def test_inline(text, html):
    assert inline(text) == html


def test_heading():
    assert heading("## Two words") == "<h2>Two words</h2>"
    assert heading("#no") is None
    assert heading("plain") is None
    assert heading("####### seven") is None


def test_paragraphs():
    assert render("one\ntwo\n\nthree") == "<p>one two</p>\n<p>three</p>"


def test_list():
    assert render("- a\n- *b*\n\nend") == "<ul><li>a</li><li><em>b</em></li></ul>\n<p>end</p>"


def test_list_after_paragraph():
    assert render("text\n- a") == "<p>text</p>\n<ul><li>a</li></ul>"


def test_paragraph_after_list():
    assert render("- a\ntext") == "<ul><li>a</li></ul>\n<p>text</p>"


def test_document():
    assert render("# T\npara") == "<h1>T</h1>\n<p>para</p>"


def test_slug():
    assert slug("What is It?") == "what-is-it"


def test_contents():
    assert contents("# A\ntext\n## B c\n# A") == [(1, "A", "a"), (2, "B c", "b-c"), (1, "A", "a-2")]
