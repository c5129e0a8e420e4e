"""One site that uses every feature, built once: its twelve kinds of page, and what each says."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import make
from pictures import png

PAGES = Path(__file__).parent.parent / "pages"
BASE = "https://example.org/blog/"

ARTICLE = """Title: Fish & "chips" < it's > --> crème brûlée 🐟
Slug: one
Date: 2026-01-01 10:00
Modified: 2026-01-05 18:30
Category: Sea
Tags: fish, salt & vinegar
Authors: Ada Lovelace; Chloé Dubois
Description: Fried & eaten before noon.
Series: Harbour kitchens
Social_title: Fish & "fries" < it's > --> déjà vu
Social_description: Eaten & "praised" < thrice > --> it's très bon.
Social_image: {static}/images/card.png
Social_image_alt: A "plate" & a fork
Fediverse: @guest@example.social
OG_locale: en_GB
Alias: old/one.html, /2019/one/

The harbour, before the boats.

![The harbour]({static}/images/harbour.png)
"""
TRANSLATION = """Title: L'été « à la mer »
Slug: one
Lang: fr
Date: 2026-01-01 10:00
Category: Sea
Tags: fish
Summary: *Chaud* & "croustillant" < 5 € > --> c'est l'été.

Le port, avant les bateaux.

![Le port]({static}/images/harbour.png)
"""
PAGE = """Title: About
Slug: about
Description: Who we are, & why.

We are two.

![Both of us]({attach}/photos/both.png)
"""
SOURCES: dict[str, str | bytes] = {
    "content/one.md": ARTICLE,
    "content/one.fr.md": TRANSLATION,
    "content/two.md": "Title: Two\nDate: 2026-01-02\nCategory: Land\nTags: fish\n"
    "Canonical: https://elsewhere.example/two\n\nPrinted elsewhere first.",
    "content/three.md": "Title: Three\nDate: 2026-01-03\nCategory: Sea\n\nThird.",
    "content/draft.md": "Title: Draft\nDate: 2026-01-04\nCategory: Sea\nStatus: draft\n\nNot yet.",
    "content/hidden.md": "Title: Hidden\nDate: 2026-01-04 09:00\nCategory: Land\nTags: fish\n"
    "Status: hidden\n\nFor friends.",
    "content/pages/about.md": PAGE,
    "content/pages/about.fr.md": "Title: À propos\nSlug: about\nLang: fr\n\nNous sommes deux.",
    "content/photos/both.png": png(800, 600),
    "content/images/ada.png": png(400, 400),
    "content/images/card.png": png(1200, 600),
    "content/images/fish.png": png(600, 600),
    "content/images/harbour.png": png(1000, 500),
    "content/images/logo.png": png(512, 512),
    "content/images/sea.png": png(1200, 675),
    "content/images/site.png": png(1200, 630),
    # A head without anything that we would leave to the theme: the goldens show all of ours.
    "theme/base.html": "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=utf-8>\n"
    "<title>{% block title %}{{ SITENAME }}{% endblock %}</title>\n</head>\n"
    '<body class="h-entry">\n<h1 class="p-name">A theme</h1>\n'
    "{% block content %}{% endblock %}\n</body>\n</html>\n",
}
SETTINGS: dict[str, Any] = {
    "DEFAULT_PAGINATION": 1,
    "YEAR_ARCHIVE_SAVE_AS": "posts/{date:%Y}/index.html",
    "SITESUBTITLE": "A subtitle",
    "SOCIAL": [("Forge", "https://forge.example/sea"), ("Post", "mailto:sea@example.org")],
    "FEED_ALL_ATOM": "feeds/all.atom.xml",
    "FEED_ALL_RSS": "feeds/all.rss.xml",
    "CATEGORY_FEED_ATOM": "feeds/{slug}.atom.xml",
    "SMO_STRICT": True,
    "SMO_DESCRIPTION": 'Waves & "walks" < home > --> it\'s à côté',
    "SMO_IMAGE": "images/site.png",
    "SMO_LOGO": "images/logo.png",
    "SMO_LOCALES": {"fr": "fr_CA"},
    "SMO_AUTHORS": {
        "Ada Lovelace": {
            "url": "https://ada.example/",
            "fediverse": "@ada@example.social",
            "x": "@ada",
            "bluesky": "ada.example",
            "image": "images/ada.png",
            "profiles": ["https://forge.example/ada"],
        }
    },
    "SMO_PUBLISHER": {
        "type": "Organization",
        "name": "Sea & Shore Press",
        "url": "https://press.example/",
    },
    "SMO_ACCOUNTS": {"x": "@sea", "fediverse": "@sea@example.social", "facebook_app_id": "1234"},
    "SMO_SCHEMA_TYPE": {"default": "BlogPosting", "Sea": "NewsArticle"},
    "SMO_CATEGORIES": {
        "Sea": {
            "description": "All about the sea",
            "image": "images/sea.png",
            "image_alt": "The sea",
        }
    },
    "SMO_TAGS": {
        "fish": {"description": "Fish & fins", "image": "images/fish.png", "image_alt": "A fish"}
    },
    "SMO_SHARE_NETWORKS": {
        "default": ("mastodon", "email", "guild"),
        "Sea": ("mastodon", "bluesky", "guild", "email", "x", "pinboard", "digg"),
    },
    "SMO_SHARE_KINDS": ("article", "page"),
    "SMO_SHARE_MAX_VISIBLE": 3,
    "SMO_SHARE_RETIRED": "show",
    "SMO_CUSTOM_NETWORKS": {
        "guild": {"name": "Fishers' guild", "url": "https://guild.example/?t={title}&u={url}"}
    },
    "SMO_LINKBACK_ENDPOINT": "https://m.example.org",
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What every reader must find on a page; what is empty must not be stated.

    ``types`` are those of the JSON-LD, without what all pages have: picture, site, publisher.
    ``headline`` and ``social_description`` are ``title`` and ``description`` where left out.
    """

    file: str
    url: str
    og_type: str
    types: str
    title: str
    headline: str = ""
    description: str = ""
    social_description: str = ""
    image: str
    alt: str = ""


KINDS = {
    "article": Kind(
        file="one.html",
        url=BASE + "one.html",
        og_type="article",
        types="NewsArticle WebPage BreadcrumbList Person Person",
        title='Fish & "fries" < it\'s > --> déjà vu',
        headline='Fish & "chips" < it\'s > --> crème brûlée 🐟',
        description="Fried & eaten before noon.",
        social_description='Eaten & "praised" < thrice > --> it\'s très bon.',
        image=BASE + "images/card.png",
        alt='A "plate" & a fork',
    ),
    "page": Kind(
        file="pages/about.html",
        url=BASE + "pages/about.html",
        og_type="website",
        types="WebPage Person",
        title="About",
        description="Who we are, & why.",
        image=BASE + "pages/both.png",
        alt="Both of us",
    ),
    "home": Kind(
        file="index.html",
        url=BASE,
        og_type="website",
        types="CollectionPage Blog",
        title="Sea & Shore",
        description='Waves & "walks" < home > --> it\'s à côté',
        image=BASE + "images/site.png",
    ),
    "index": Kind(
        file="index2.html",
        url=BASE + "index2.html",
        og_type="website",
        types="CollectionPage",
        title="Sea & Shore – page 2",
        description='Waves & "walks" < home > --> it\'s à côté',
        image=BASE + "images/site.png",
    ),
    "category": Kind(
        file="category/sea.html",
        url=BASE + "category/sea.html",
        og_type="website",
        types="CollectionPage BreadcrumbList",
        title="Sea",
        description="All about the sea",
        image=BASE + "images/sea.png",
        alt="The sea",
    ),
    "tag": Kind(
        file="tag/fish.html",
        url=BASE + "tag/fish.html",
        og_type="website",
        types="CollectionPage BreadcrumbList",
        title="fish",
        description="Fish & fins",
        image=BASE + "images/fish.png",
        alt="A fish",
    ),
    "author": Kind(
        file="author/ada-lovelace.html",
        url=BASE + "author/ada-lovelace.html",
        og_type="profile",
        types="ProfilePage BreadcrumbList Person",
        title="Ada Lovelace",
        image=BASE + "images/ada.png",
        alt="Ada Lovelace",
    ),
    "archive": Kind(
        file="archives.html",
        url=BASE + "archives.html",
        og_type="website",
        types="WebPage",
        title="Archives",
        image=BASE + "images/site.png",
    ),
    "period": Kind(
        file="posts/2026/index.html",
        url=BASE + "posts/2026/",
        og_type="website",
        types="WebPage",
        title="2026 archives",
        image=BASE + "images/site.png",
    ),
    "draft": Kind(
        file="drafts/draft.html",
        url=BASE + "drafts/draft.html",
        og_type="article",
        types="",
        title="Draft",
        description="Not yet.",
        image=BASE + "images/sea.png",
        alt="The sea",
    ),
    "hidden": Kind(
        file="hidden.html",
        url=BASE + "hidden.html",
        og_type="article",
        types="",
        title="Hidden",
        description="For friends.",
        image=BASE + "images/fish.png",
        alt="A fish",
    ),
    "translation": Kind(
        file="one-fr.html",
        url=BASE + "one-fr.html",
        og_type="article",
        types="NewsArticle WebPage BreadcrumbList Person",
        title="L'été « à la mer »",
        description="Chaud & \"croustillant\" < 5 € > --> c'est l'été.",
        image=BASE + "images/harbour.png",
        alt="Le port",
    ),
}
PUBLISHED = [kind for kind, expected in KINDS.items() if expected.types]


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site; returns its output folder."""
    root = tmp_path_factory.mktemp("kinds")
    make(root, SOURCES, THEME_TEMPLATES_OVERRIDES=[str(root / "theme")], **SETTINGS).run()
    return root / "output"


@pytest.fixture(scope="session")
def pages(output: Path) -> Mapping[str, str]:
    """Return the page of each kind."""
    return {kind: (output / KINDS[kind].file).read_text(encoding="utf-8") for kind in KINDS}


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the file of that name in tests/pages, or make it the new one."""
    rewrite = request.config.getoption("--rewrite-goldens")

    def check(name: str, text: str) -> None:
        file = PAGES / name
        if rewrite:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        kept = file.read_text(encoding="utf-8") if file.is_file() else ""
        if kept != text:
            lines = difflib.unified_diff(
                kept.splitlines(),
                text.splitlines(),
                f"tests/pages/{name}",
                "built now",
                lineterm="",
            )
            remedy = "If that is what it should be: pytest --rewrite-goldens"
            pytest.fail("\n".join([*lines, remedy]), pytrace=False)

    return check
