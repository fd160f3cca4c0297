import io
import json

from dispatch import cli


def run(tmp_path, feed, *options):
    path = tmp_path / "feed.json"
    path.write_text(json.dumps(feed), encoding="utf-8")
    out = io.StringIO()
    return cli.main([str(path), *options], out), out.getvalue()


def test_prints_the_report(tmp_path, feed_v1):
    status, text = run(tmp_path, feed_v1)
    assert status == 0
    assert text.startswith("Turnover 164.50 EUR\n")


def test_prints_the_postage(tmp_path, feed_v2):
    assert run(tmp_path, feed_v2, "--postage") == (0, "S-1 699\nS-2 1747\n")


def test_a_bad_feed_is_named(tmp_path, capsys):
    status, _ = run(tmp_path, [])
    assert status == 2
    assert "a feed is an object" in capsys.readouterr().err
