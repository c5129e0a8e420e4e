"""What an independent reader of microformats (mf2py) finds on articles, on themes of every make."""

import json
from pathlib import Path
from typing import Any

import mf2py
import pelican
import pytest
from conftest import Build
from heads import without_ours
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.entry import _enclosing, _innermost, marked
from pelican_smo.inject import place, splice
from pelican_smo.labels import labels_of
from pelican_smo.page import Page, Person, Site
from pelican_smo.scan import scan
from sites.test_bytes import THEMES, shout, theme
from sites.test_themes import themed

URL = "https://example.org/blog/a.html"
ARTICLE = {
    "content/a.md": 'Title: A & "B" <i>\nDate: 2026-01-01 08:00\nModified: 2026-02-01\nSlug: a\n'
    "Tags: fish, salt & more\nSummary: What it is about.\n\nThe **text** itself."
}
EXPECTED = {
    "url": [URL],
    "name": ['A & "B"'],
    "published": ["2026-01-01T08:00:00+0100"],  # the spelling is mf2py's own
    "updated": ["2026-02-01T00:00:00+0100"],
    "category": ["fish", "salt & more"],
    "summary": ["What it is about."],
}


def entries(html: str, url: str = URL) -> list[dict[str, Any]]:
    """Return the h-entries of a page at its top level."""
    items = mf2py.parse(doc=html, url=url)["items"]
    return [item for item in items if "h-entry" in item["type"]]


def entry(html: str) -> dict[str, Any]:
    """Return the properties of the one h-entry, its author apart, without its content."""
    (found,) = entries(html)
    properties: dict[str, Any] = found["properties"]
    (author,) = properties.pop("author")
    assert author["type"] == ["h-card"]
    assert author["properties"]["name"] == ["Ada Lovelace"]
    assert author["properties"]["url"] == ["https://example.org/blog/author/ada-lovelace.html"]
    return properties


@pytest.mark.parametrize("name", ["simple", "notmyidea"])
def test_pelicans_own_themes_become_entries(build: Build, name: str) -> None:
    folder = str(Path(pelican.__file__).parent / "themes" / name)
    page = (build(ARTICLE, THEME=folder) / "a.html").read_text()
    assert entry(page) == EXPECTED


@pytest.mark.parametrize("name", ["own tags", "no head"])
def test_themes_of_any_make_become_entries(build: Build, tmp_path: Path, name: str) -> None:
    own = theme(*THEMES[name])
    page = (build({**ARTICLE, **own}, THEME=str(tmp_path / "site/theme")) / "a.html").read_text()
    assert entry(page) == EXPECTED


def test_where_a_filter_changed_the_text_nothing_is_marked(build: Build, tmp_path: Path) -> None:
    own = theme(*THEMES["filtered body"])
    output = build(
        {**ARTICLE, **own}, THEME=str(tmp_path / "site/theme"), JINJA_FILTERS={"shout": shout}
    )
    assert entries((output / "a.html").read_text()) == []


def test_the_demo_sites_own_theme_is_an_entry_with_its_content(demo: Path) -> None:
    url = "https://smo.example/share-links.html"
    (found,) = entries((demo / "share-links.html").read_text(), url)
    properties = found["properties"]
    assert properties["url"] == [url]
    assert properties["name"] == ["Share links that stay out of the way"]
    (content,) = properties["content"]
    assert "smo-share" not in content["html"]
    assert "smo-entry" not in content["html"]


def test_the_element_that_holds_the_text_alone_is_the_content(build: Build, tmp_path: Path) -> None:
    own = themed(
        "<!doctype html><title>t</title><body><main><article class='post'><h1>x</h1>"
        '<div class="prose">{{ article.content }}</div><footer>f</footer></article></main>'
    )
    page = (build({**ARTICLE, **own}, THEME=str(tmp_path / "site/theme")) / "a.html").read_text()
    (content,) = entry(page)["content"]
    assert content["value"] == "The text itself."
    assert "<article class='post h-entry'>" in page
    assert '<div class="prose e-content">' in page


@pytest.mark.parametrize(
    "root",
    [
        '<article class="h-entry">',
        "<article class='post hentry'>",
        "<main class=h-entry>",
        '<div data-x="1" CLASS="a h-entry b">',
        '<article class="h-recipe">',
    ],
)
def test_a_theme_that_marks_its_pages_keeps_its_bytes(
    build: Build, tmp_path: Path, root: str
) -> None:
    own = themed(f"<!doctype html><title>t</title><body>{root}{{{{ article.content }}}}")
    sources = {**ARTICLE, **own}
    ours = build(sources, name="ours", THEME=str(tmp_path / "ours/theme"))
    plain = build(sources, name="plain", THEME=str(tmp_path / "plain/theme"), PLUGINS=[])
    page = (ours / "a.html").read_text()
    assert "smo-entry" not in page
    assert root in page
    assert without_ours(page) == without_ours((plain / "a.html").read_text())


def test_what_the_text_says_of_microformats_makes_no_entry(build: Build) -> None:
    source = 'Title: A\nDate: 2026-01-01\nSlug: a\n\n<p class="h-entry">x</p>\n\n`class="hentry"`'
    found = entries((build({"content/a.md": source}) / "a.html").read_text())
    assert [URL] in [one["properties"].get("url") for one in found]


@pytest.mark.parametrize(
    ("metadata", "settings"),
    [
        ("", {"SMO_MICROFORMATS": False}),
        ("Smo: widgets\n", {}),
        ("Smo: off\n", {}),
        ("Status: hidden\n", {}),
        ("", {"SITEURL": ""}),
    ],
)
def test_it_can_be_switched_off(build: Build, metadata: str, settings: dict[str, Any]) -> None:
    source = f"Title: A\nDate: 2026-01-01\nSlug: a\n{metadata}\nText."
    page = (build({"content/a.md": source}, **settings) / "a.html").read_text()
    assert entries(page) == []
    assert "smo-entry" not in page


def test_every_class_name_added_to_a_theme_is_in_the_report(build: Build, tmp_path: Path) -> None:
    own = themed(
        "<!doctype html><title>t</title><body><article><div>{{ article.content }}</div></article>"
    )
    build({**ARTICLE, **own}, THEME=str(tmp_path / "site/theme"))
    rows = json.loads((tmp_path / "site/.pelican-smo/report.json").read_text())["tags"]
    found = {row["key"]: (row["action"], row["theirs"], row["ours"]) for row in rows}
    assert found["h-entry"] == ("marked", "<article>", '<article class="h-entry">')
    assert found["e-content"] == ("marked", "<div>", '<div class="e-content">')


def test_mentions_are_comments_of_the_entry(build: Build, tmp_path: Path) -> None:
    own = themed(
        "<!doctype html><title>t</title><body><article><div>{{ article.content }}</div></article>"
    )
    mention = {
        "type": "entry",
        "wm-source": "https://b.example/1",
        "wm-target": URL,
        "wm-property": "in-reply-to",
        "content": {"text": "Well said."},
    }
    sources = {**ARTICLE, **own, "mentions.json": json.dumps({"children": [mention]})}
    page = build(sources, THEME=str(tmp_path / "site/theme")) / "a.html"
    (comment,) = entry(page.read_text())["comment"]
    assert comment["type"] == ["h-cite"]
    assert comment["properties"]["url"] == ["https://b.example/1"]
    assert comment["properties"]["content"] == ["Well said."]


BODY = "<p>The text.</p>"
PAGE = Page(
    site=Site(url="https://example.org", name="S"),
    kind="article",
    language="en",
    labels=labels_of("en"),
    url="https://example.org/a",
    canonical="https://example.org/a",
    title="A",
    headline="A",
    authors=(Person(name="Ada"),),
)


def entered(html: str) -> str:
    """Return ``html`` with what makes it an entry, and nothing else of ours."""
    head = scan(html)
    where = place(html, BODY, head.end)
    assert where is not None
    edits, _ = marked(html, head.end, where, PAGE)
    done = splice(html, head, "", edits)
    return done.replace("\n", "", 1) if head.insert_at is not None else done


@pytest.mark.parametrize(
    ("tag", "after"),
    [
        ("<article>", '<article class="h-entry">'),
        ('<article class="">', '<article class="h-entry">'),
        ("<ARTICLE CLASS='a b'>", "<ARTICLE CLASS='a b h-entry'>"),
        ("<article class=post id=x>", '<article class="h-entry post" id=x>'),
        ("<article class id=x>", '<article class="h-entry" id=x>'),
        (
            "<article title=\"a > b class='c'\" data-class=x>",
            '<article class="h-entry" title="a > b class=\'c\'" data-class=x>',
        ),
        ('<article\n  class = "a"\n>', '<article\n  class = "a h-entry"\n>'),
        ('<main class="x">', '<main class="x h-entry">'),
    ],
)
def test_a_start_tag_of_any_spelling_gets_the_class(tag: str, after: str) -> None:
    html = f"<!doctype html><title>t</title><body>{tag}<h1>A</h1>{BODY}<p>end"
    page = entered(html)
    assert f"{after}<h1>" in page
    assert len(entries(page)) == 1


@pytest.mark.parametrize(
    "around",
    [
        "<article><p>one</p></article>{}",
        "<!-- <article> -->{}",
        "<script>'<article>'</script>{}",
        "<style><article></style>{}",
        "<article-list>{}",
        "<div>{}</div>",
    ],
)
def test_where_nothing_encloses_the_text_the_entry_stands_behind_it(around: str) -> None:
    page = entered(f"<!doctype html><title>t</title><body>{around.format(BODY)}")
    assert page.count("h-entry") == 1
    assert '<div class="h-entry smo-entry" hidden>' in page
    assert entries(page)[0]["properties"]["name"] == ["A"]


def test_of_elements_in_one_another_the_innermost_is_the_entry() -> None:
    html = f"<!doctype html><title>t</title><main><article>x</article><article>{BODY}</article>"
    assert f'<article>x</article><article class="h-entry">{BODY}' in entered(html)


TAGS = "<main> </main> <article> </article> <div> </div> <!-- --> <script> </script> > h-entry"
PIECES = st.lists(
    st.sampled_from([*TAGS.split(), "<article class='a'>", "<article class=", "'", '"']),
    max_size=14,
)


@given(before=PIECES, after=PIECES)
def test_any_page_is_kept_byte_for_byte_but_for_additions(
    before: list[str], after: list[str]
) -> None:
    html = f"<!doctype html><title>t</title><body>{''.join(before)}{BODY}{''.join(after)}"
    head = scan(html)
    where = place(html, BODY, head.end)
    assert where is not None
    edits, _ = marked(html, head.end, where, PAGE)
    assert all(start == end for start, end, _ in edits)
    assert sum("smo-entry" in text for _, _, text in edits) <= 1
    assert all(
        text.strip('"= ') in ("", "h-entry", "e-content", 'class="h-entry', 'class="e-content')
        or "smo-entry" in text
        for _, _, text in edits
    )


@given(before=PIECES)
def test_the_short_way_to_the_enclosing_element_leads_where_the_long_one_does(
    before: list[str],
) -> None:
    html = "".join(before)
    short, long = (find(html, 0, len(html)) for find in (_enclosing, _innermost))
    assert (short and short.span()) == (long and long.span())
