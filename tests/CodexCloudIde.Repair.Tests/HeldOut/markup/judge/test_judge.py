from markup.blocks import heading, render
from markup.inline import escape, inline
from markup.toc import contents, slug


def test_inline_more():
    assert escape("<&>") == "&lt;&amp;&gt;"
    assert inline("*a* and *b*") == "<em>a</em> and <em>b</em>"
    assert inline("**a** *b* `c`") == "<strong>a</strong> <em>b</em> <code>c</code>"
    assert inline("*a* 3 * 4") == "<em>a</em> 3 * 4"
    assert inline("[a](b) [c](d)") == '<a href="b">a</a> <a href="d">c</a>'


def test_blocks_more():
    assert heading("###### Six ") == "<h6>Six</h6>"
    assert heading("#") is None
    assert render("") == ""
    assert render("- a\n\n- b") == "<ul><li>a</li></ul>\n<ul><li>b</li></ul>"
    assert render("x\n# H\ny\nz") == "<p>x</p>\n<h1>H</h1>\n<p>y z</p>"


def test_contents_more():
    assert slug("One, two & Three!") == "one-two--three"
    assert contents("#A\n#A\n#A\n### B") == [(1, "A", "a"), (1, "A", "a-2"), (1, "A", "a-3"), (3, "B", "b")]
