"""Plain text out of HTML: what a reader would see, cut where a reader would cut."""

import pytest

from pelican_smo.text import cut, lead, plain, words


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Cats &amp;amp; dogs", "Cats &amp; dogs"),
        ("<b>Bold</b> &lt;i&gt;", "Bold <i>"),
        ('<img alt="a > b"> after', "after"),
        ("one <!-- <b>two</b> --> three", "one three"),
        ("a<script>if (a < b) alert('</b>')</script>b<style>p{}</style>c", "a b c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("  new\n\tline&nbsp;&#160; ", "new line"),
        ("a\x00b\ud800c\ufffe", "abc"),
        ("<p>שלום</p>", "שלום"),
        ("<!-- never closed", ""),
        ("", ""),
    ],
)
def test_plain_text_is_what_a_browser_shows(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("text", "limit", "shortened"),
    [
        ("short", 5, "short"),
        ("one two three", 9, "one two…"),
        ("one two, three", 9, "one two…"),
        ("unbreakable", 6, "unbre…"),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 12, "👨‍👩‍👧‍👦…"),
        ("🇫🇷🇩🇪🇪🇸", 4, "🇫🇷…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("日本語日本語", 4, "日本語…"),
    ],
)
def test_text_is_cut_between_words_else_between_letters(
    text: str, limit: int, shortened: str
) -> None:
    assert cut(text, limit) == shortened


LONG = "This paragraph alone is long enough to say what the article is about, so it is the lead."


@pytest.mark.parametrize(
    "before",
    [
        "<h2>Heading</h2>",
        "<pre><code><p>code</p></code></pre>",
        "<figure><p>x</p><figcaption>y</figcaption></figure>",
        '<div class="admonition note"><p>Note</p></div>',
        '<div class="toc"><ul><li><p>One</p></li></ul></div>',
        "<blockquote><p>Said by others.</p></blockquote>",
        "<table><tr><td><p>1</p></td></tr></table>",
        "<p>$$x = <b>1</b>$$</p>",
        "<p></p><p> </p>",
    ],
)
def test_the_lead_is_prose(before: str) -> None:
    assert lead(f"{before}\n<p>{LONG}</p>") == LONG


def test_the_lead_has_no_footnote_marks() -> None:
    assert lead(f'<p>{LONG}<sup id="fnref:1"><a href="#fn:1">1</a></sup></p>') == LONG


def test_short_paragraphs_are_joined_and_the_first_long_one_ends_it() -> None:
    assert lead(f"<p>One.</p><p>{LONG}</p><p>More.</p>") == f"One. {LONG}"


def test_a_body_without_paragraphs_has_no_lead() -> None:
    assert lead("<ul><li>one</li></ul>") == ""


@pytest.mark.parametrize(
    ("markup", "count"),
    [
        ("<p>one two</p>\n<p>three</p>", 3),
        ("<p>one<br>two</p>", 2),
        ('<img alt="not these words">', 0),
        ("été à Nîmes", 3),
        ("日本語日本語日本語日", 4),
        ("", 0),
    ],
)
def test_words_are_counted_as_read(markup: str, count: int) -> None:
    assert words(markup) == count
