"""The settings of Pelican Post, the demonstration site of pelican_smo.

From here:                pelican
From the project's root:  pelican -s demo_site/pelicanconf.py
"""

from pathlib import Path

from pelican_smo.share.networks import CATEGORIES, read_networks

# --- The site itself: plain Pelican ------------------------------------------

SITENAME = "Pelican Post"
SITESUBTITLE = "Notes from a small harbour, and the manual of pelican_smo"
SITEURL = "https://smo.example"
# The preview follows relative links; the tags for other sites stay absolute all the same.
RELATIVE_URLS = True
TIMEZONE = "Europe/Lisbon"
DEFAULT_LANG = "en"
AUTHOR = "Nora Lindqvist"

PATH = "content"
OUTPUT_PATH = "output"
THEME = "theme"
# Templates of the site itself, whatever theme it has.
THEME_TEMPLATES_OVERRIDES = [str(Path(__file__).with_name("templates"))]
PLUGINS = ["pelican_smo"]

ARTICLE_PATHS = ["articles"]
PAGE_PATHS = ["pages"]
STATIC_PATHS = ["images"]
# Dates as text, on cards among other places, in a way that needs no locale on the machine.
DEFAULT_DATE_FORMAT = "%-d %B %Y"
DATE_FORMATS = {
    "ar": "%Y/%m/%d",
    "el": "%-d/%-m/%Y",
    "fr": "%d/%m/%Y",
    "he": "%-d.%-m.%Y",
    "hi": "%-d/%-m/%Y",
    "ja": "%Y年%-m月%-d日",
    "th": "%-d/%-m/%Y",
    "uk": "%d.%m.%Y",
}
USE_FOLDER_AS_CATEGORY = False
DEFAULT_PAGINATION = 9

ARTICLE_URL = ARTICLE_SAVE_AS = "{slug}.html"
ARTICLE_LANG_URL = ARTICLE_LANG_SAVE_AS = "{lang}/{slug}.html"
PAGE_URL = PAGE_SAVE_AS = "{slug}.html"
PAGE_LANG_URL = PAGE_LANG_SAVE_AS = "{lang}/{slug}.html"

CATEGORIES_SAVE_AS = "category/index.html"
TAGS_SAVE_AS = "tag/index.html"
AUTHORS_SAVE_AS = "author/index.html"

FEED_ALL_ATOM = "feeds/all.atom.xml"
TRANSLATION_FEED_ATOM = "feeds/{lang}.atom.xml"
CATEGORY_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None

MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.admonition": {},
        "markdown.extensions.codehilite": {"css_class": "highlight", "guess_lang": False},
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
    },
    "output_format": "html5",
}

# --- For our own theme -------------------------------------------------------

# What the page "Every link there is" shows, by category: all that have an address or need none.
SHOWCASE = {
    category: [
        network.id
        for network in read_networks({}).values()
        if network.category == category and (network.parts or category == "local")
    ]
    for category in CATEGORIES
}
AUTHOR_NOTES = {
    "Nora Lindqvist": {
        "image": "images/nora.jpg",
        "en": "Nora writes. She keeps the lending library of the harbour, in the room above the"
        " ice house, and wrote most of the manual there.",
        "fr": "Nora écrit. Elle tient la bibliothèque du port, au-dessus de la glacière, et y a"
        " composé la plus grande partie du manuel.",
    },
    "Tomás Ferreira": {
        "image": "images/tomas.jpg",
        "en": "Tomás takes the pictures. He is on the mole before the boats are, and knows every"
        " pelican by its bad manners.",
        "fr": "Tomás fait les images. Il est sur le môle avant les bateaux, et connaît chaque"
        " pélican à ses mauvaises manières.",
    },
}

# --- Social Media Optimization: pelican_smo ----------------------------------
# SITENAME and SITEURL above would be enough. Everything here is to be nicer still.

# What the site is about, wherever a page has nothing better to say for itself.
SMO_DESCRIPTION = (
    "A writer, a photographer and some pelicans: notes from a small harbour,"
    " and the manual of pelican_smo."
)
# The picture of every page that has none of its own; 1200 by 630 pixels suits everybody.
SMO_IMAGE = "images/harbour-dawn.jpg"
# The site's mark, square. Search engines show it beside its name.
SMO_LOGO = "images/logo.png"

# Which English, which French: Facebook and others want to know the country too.
SMO_LOCALES = {"en": "en_GB", "fr": "fr_FR", "ar": "ar_EG"}

# An article without a picture gets one drawn: its card. What it looks like goes by category;
# an article may say otherwise (Smo_card: plain). "postcard" is ours, in templates/smo.
SMO_CARDS = True
SMO_CARD_LAYOUT = {
    "default": "plain",
    "Manual": "gradient",
    "Harbour": "photo",
    "Attic": "quote",
    "Postcards": "postcard",
}
# Sand, ink and sea: the theme's colours, by day.
SMO_CARD_COLORS = {"background": "#f4eddf", "text": "#1a2730", "accent": "#0b5a6b"}
# Letters that the plugin does not bring along, for the postcards in eight scripts.
SMO_CARD_FONTS = ("fonts",)

# Who writes here, and where else the reader can find them.
SMO_AUTHORS = {
    "Nora Lindqvist": {
        "fediverse": "@nora@social.example",
        "image": "images/nora.jpg",
        "profiles": ["https://nora.example/"],
    },
    "Tomás Ferreira": {
        "url": "https://tomas.example/",
        "fediverse": "@tomas@photos.example",
        "image": "images/tomas.jpg",
    },
}
# Who publishes all this: an organisation, or a person.
SMO_PUBLISHER = {"type": "Organization", "name": "Pelican Post"}
# What the site itself is called elsewhere.
SMO_ACCOUNTS = {"fediverse": "@post@social.example", "facebook_app_id": "1234567890"}

# What kind of writing it is, by category; "default" is for all the others.
SMO_SCHEMA_TYPE = {"default": "BlogPosting", "Manual": "TechArticle"}

# What the listing pages say about themselves.
SMO_CATEGORIES = {
    "Manual": {
        "description": "How to use pelican_smo, told by pages that do what they say.",
        "image": "images/letters.jpg",
    },
    "Harbour": {
        "description": "Pictures and notes from the mole, at all hours.",
        "image": "images/harbour-noon.jpg",
    },
    "Attic": {
        "description": "Old things from the web, dusted and put on the shelf.",
        "image": "images/attic.jpg",
    },
    "Postcards": {
        "description": "Short greetings, in many scripts.",
        "image": "images/postcards.jpg",
    },
}
SMO_TAGS = {
    "pelicans": {
        "description": "Everything here that has a pouch.",
        "image": "images/pelican.jpg",
    },
}

# The share links under an article, in this order: the first five stay visible. In the
# Attic, three old friends have joined them.
SMO_SHARE_NETWORKS = {
    "default": [
        *("native", "copy", "mastodon", "bluesky", "email"),
        *("fediverse", "post-office", "reddit", "hackernews", "whatsapp", "pinboard"),
        *("qr", "embed", "webmention", "print"),
    ],
    "Attic": ("digg", "delicious", "myspace", "mastodon", "pinboard", "email", "embed", "copy"),
}
# French readers find Diaspora where others find Reddit.
SMO_SHARE_LANGUAGES = {
    "fr": ("copy", "mastodon", "bluesky", "email", "diaspora", "whatsapp", "qr", "print"),
}
SMO_SHARE_MAX_VISIBLE = 5
SMO_SHARE_POSITION = "after"
SMO_SHARE_STYLE = "icons-text"
SMO_SHARE_KINDS = ("article",)
# Servers of our own, for networks that have many.
SMO_SHARE_INSTANCES = {
    "friendica": "friends.example",
    "gnusocial": "gnu.example",
    "hubzilla": "hub.example",
    "lemmy": "lemmy.example",
    "linkding": "links.example",
    "misskey": "misskey.example",
    "shaarli": "shaarli.example",
    "wallabag": "bag.example",
}
# The Attic shows its visitors what has shut down; elsewhere one would say "skip".
SMO_SHARE_RETIRED = "show"
# A network of one's own is a name and an address.
SMO_CUSTOM_NETWORKS = {
    "post-office": {
        "name": "The post office",
        "icon": "images/post-office.svg",
        "url": "https://post-office.example/?about={title}&link={url}",
    },
}

# Where the theme has a tag too: "merge" lets each of us do what we do best.
SMO_THEME_TAGS = "merge"

# Where other sites can tell us that they linked here. Each page announces it.
SMO_LINKBACK_ENDPOINT = "https://mentions.smo.example"
SMO_LINKBACK_PROTOCOLS = ("webmention", "pingback", "trackback")

# What others said, and we let in: the file that the receiver writes (or `pelican-smo mentions
# export`), with the pictures of those people in avatars/ beside it. That is the default place;
# with several receivers it would be a list.
SMO_MENTIONS = "mentions.json"
