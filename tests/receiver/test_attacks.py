"""What strangers send to do harm, to the real parts of the receiver put together."""

import asyncio
import io
import json
import re
import socket
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree as ET
from xmlrpc.client import dumps

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linkbacks.servers import Server, answer, fetcher, packed, serving
from pictures import png
from PIL import Image

from pelican_smo.errors import FetchError
from pelican_smo.linkbacks.cleaning import TAGS
from pelican_smo.linkbacks.guard import Fetched
from pelican_smo.linkbacks.portrait import SIZE, redrawn
from pelican_smo.linkbacks.readers import Readers
from pelican_smo.linkbacks.reading import Reading
from pelican_smo.receiver.app import app
from pelican_smo.receiver.avatars import avatar
from pelican_smo.receiver.export import export
from pelican_smo.receiver.intake import Intake
from pelican_smo.receiver.quota import Quota
from pelican_smo.receiver.states import after
from pelican_smo.receiver.store import Media, Mention
from pelican_smo.receiver.store.group import GroupCommit
from pelican_smo.receiver.store.sqlite import SqliteStore
from pelican_smo.receiver.targets import Targets
from pelican_smo.receiver.verify import Verifier

from .arrivals import NOW, mention
from .inbox_in_memory import ROOT, Answer, _exchange

ONE = "https://site.example/one.html"
SOURCE = "https://b.example/reply"
FORM = "application/x-www-form-urlencoded"
TARGETS = Targets.read(
    json.dumps(
        {
            "site": "https://site.example",
            "targets": [
                {"id": "one", "url": ONE, "aliases": ["http://site.example/one.html"]},
                {"id": "shut", "url": "https://site.example/shut.html", "closed": True},
            ],
        }
    ).encode()
)


class Desk:
    """The application with its real intake and store, asked without a network."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "mentions.sqlite3"
        self.store = SqliteStore(self.file)
        self.group = GroupCommit(SqliteStore(self.file))
        self.intake = Intake(
            self.group, SqliteStore(self.file), lambda: TARGETS, most_waiting=10**9
        )
        self.app = app(
            self.intake,
            lambda: TARGETS,
            public_url=ROOT,
            secret=self.store.secret,
            quota=Quota(client_a_minute=0, host_an_hour=0),
        )

    def ask(
        self, method: str, path: str, body: bytes = b"", content_type: str = "", **headers: str
    ) -> Answer:
        listed = {"content-type": content_type, **headers} if content_type else headers
        scope = {
            "type": "http",
            "method": method,
            "path": urlsplit(path).path,
            "query_string": urlsplit(path).query.encode(),
            "root_path": "",
            "headers": [
                (name.encode(), value.encode("latin-1", "replace"))
                for name, value in listed.items()
            ],
            "client": ("203.0.113.77", 4711),
        }
        return asyncio.run(_exchange(self.app, scope, [body]))

    def close(self) -> None:
        self.group.close()
        self.intake.close()
        self.store.close()


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    made = Desk(folder)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return one for the whole module: what is sent to it must not matter to the next."""
    with desk_in(tmp_path_factory.mktemp("desk")) as made:
        yield made


# Bodies of any kind

TEXTS = st.text(st.characters(), max_size=30)
ADDRESSES = st.one_of(
    st.sampled_from([SOURCE, ONE, f"{ONE}#x", "https://site.example/shut.html", "http://[", ""]),
    TEXTS,
    TEXTS.map("https://b.example/{}".format),
    st.text(".b-ü:@[]/%\\ ", max_size=12).map("https://{}/".format),
)
FIELDS = st.sampled_from(
    ["source", "target", "url", "title", "excerpt", "blog_name", "charset", "vouch", "code", "x"]
)
CODECS = st.sampled_from(["utf-8", "latin-1", "utf-16", "cp1252", "utf-7", "shift_jis"])


PAGES_OF_B = TEXTS.map(lambda text: f"https://b.example/{quote(text, errors='replace')}")


@st.composite
def forms(draw: st.DrawFn) -> bytes:
    fields = draw(st.lists(st.tuples(FIELDS, ADDRESSES), max_size=4))
    codec = "utf-8"
    # Most have what a message needs, so that what is behind the first look is reached as well.
    if draw(st.integers(0, 3)):
        source = draw(PAGES_OF_B)
        needed = {"source": source, "target": ONE, "url": source}
        others = [(name, value) for name, value in fields if name not in (*needed, "code")]
        fields = [*needed.items(), *others]
    else:
        codec = draw(CODECS)
    return urlencode(fields, encoding=codec, errors="replace").encode()


@st.composite
def calls(draw: st.DrawFn) -> bytes:
    if draw(st.booleans()):
        return dumps((draw(PAGES_OF_B), ONE), "pingback.ping").encode()
    arguments = draw(st.lists(st.one_of(ADDRESSES, st.integers(0, 9)), max_size=3))
    method = draw(st.sampled_from(["pingback.ping", "system.multicall", "x"]))
    body = dumps(tuple(arguments), method)
    cut = draw(st.integers(0, len(body)))
    wedge = draw(
        st.sampled_from(
            ["", "", "<", "&x;", "<!DOCTYPE a [<!ENTITY x 'y'>]>", "\0", "]]>", "<value>", "\ufeff"]
        )
    )
    prolog = draw(st.sampled_from(["", '<?xml version="1.0" encoding="utf-7"?>', "\ufeff\n"]))
    return f"{prolog}{body[:cut]}{wedge}{body[cut:]}".encode(draw(CODECS), "replace")


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, bytes, str]:
    """Return path, body and media type; most of them fit each other."""
    if draw(st.integers(0, 3)):
        return draw(
            st.one_of(
                st.tuples(
                    st.sampled_from(["/webmention", "/trackback/one"]),
                    forms(),
                    st.sampled_from(["", FORM, f"{FORM}; charset=utf-7", f"{FORM}; charset=x"]),
                ),
                st.tuples(st.just("/pingback"), calls(), st.sampled_from(["", "text/xml"])),
            )
        )
    return draw(
        st.tuples(
            st.sampled_from(["/webmention", "/pingback", "/trackback/one", "/trackback/no"]),
            st.one_of(st.binary(max_size=300), forms(), calls()),
            st.one_of(
                st.sampled_from([FORM, "text/html"]), TEXTS, TEXTS.map(f"{FORM}; {{}}".format)
            ),
        )
    )


DOCUMENTED = {200, 201, 400, 403, 413, 415, 429}


@settings(max_examples=400, deadline=None)
@given(asked=requests())
def test_any_body_has_a_documented_answer_and_what_is_promised_is_kept(
    desk: Desk, asked: tuple[str, bytes, str]
) -> None:
    answer = desk.ask("POST", *asked)
    assert answer.status in DOCUMENTED
    if answer.status == 201:
        location = answer.headers["location"]
        assert re.fullmatch(rf"{re.escape(ROOT)}/status/[0-9a-f]{{32}}", location)
        found = desk.store.by_token(location.rpartition("/")[2])
        assert found is not None
        assert found.article == "one"
    assert "set-cookie" not in answer.headers


def test_what_was_sent_reaches_the_store_as_text_and_no_further(desk: Desk) -> None:
    """SEC-21: words of SQL, markup and terminals are kept as words, or not at all."""
    evil = "'); DROP TABLE mention; --<script>\x1b[31m\u202e"
    fields = {"url": "https://b.example/?q='%3B--", "title": evil, "excerpt": evil}
    assert b"<error>0<" in desk.ask("POST", "/trackback/one", urlencode(fields).encode(), FORM).body
    found = next(one for one in desk.store.mentions() if "q='" in one.source)
    assert found.claims["title"].startswith("'); DROP TABLE mention; --<script>")
    assert "\x1b" not in found.claims["title"]


def posts(source: str, target: str = ONE) -> dict[str, tuple[str, bytes, str]]:
    return {
        "webmention": (
            "/webmention",
            urlencode({"source": source, "target": target}).encode(),
            FORM,
        ),
        "pingback": ("/pingback", dumps((source, target), "pingback.ping").encode(), "text/xml"),
        "trackback": ("/trackback/one", urlencode({"url": source}).encode(), FORM),
    }


@pytest.mark.parametrize("protocol", ["webmention", "pingback", "trackback"])
@pytest.mark.parametrize(
    "source",
    [
        ONE,
        f"{ONE}#part",
        "http://site.example/one.html",
        "HTTPS://Site.Example:443/one.html",
        "https://site.example./one.html",
        "https://site.example/%6f%6E%65.html",
        "https://site.example/a/../one.html",
        "https://site.example/./one.html",
        "https://ｓite.example/one.html",
    ],
)
def test_sec_20_no_spelling_of_an_article_mentions_itself(
    desk: Desk, protocol: str, source: str
) -> None:
    said = desk.ask("POST", *posts(source)[protocol])
    assert said.status == (400 if protocol == "webmention" else 200)
    assert b"same page" in said.body
    assert source not in {one.source for one in desk.store.mentions()}


@pytest.mark.parametrize("parameter", ["next", "redirect", "return", "url", "source"])
def test_sec_19_nobody_is_sent_elsewhere(desk: Desk, parameter: str) -> None:
    elsewhere = "https://evil.example/"
    for path in ("/", "/webmention", "/pingback", "/trackback/one", "/status/x", "//evil.example"):
        asked = f"{path}?{parameter}={elsewhere}"
        for headers in ({}, {"host": "evil.example", "x-forwarded-host": "evil.example"}):
            said = desk.ask("GET", asked, **headers)
            assert "location" not in said.headers
            if "html" in said.headers.get("content-type", ""):
                assert b'href="https://evil' not in said.body
                assert b'action="https://evil' not in said.body
    path, body, media = posts(SOURCE)["webmention"]
    kept = desk.ask(
        "POST",
        f"{path}?{parameter}={elsewhere}",
        body,
        media,
        **{"host": "evil.example", "accept": "text/html", "x-forwarded-host": "evil.example"},
    )
    assert kept.status == 303
    assert kept.headers["location"].startswith(f"{ROOT}/status/")
    assert kept.headers["referrer-policy"] == "no-referrer"


def test_sec_24_a_clients_address_is_kept_nowhere(desk: Desk) -> None:
    for protocol, message in posts("https://b.example/private").items():
        assert desk.ask("POST", *message).status == 200 + (protocol == "webmention")
    (found,) = (one for one in desk.store.mentions() if one.source.endswith("/private"))
    log = desk.store.log(found.id)
    assert [one.protocol for one in log] == ["webmention", "pingback", "trackback"]
    assert {len(one.client) for one in log} == {32}
    for path in desk.file.parent.iterdir():
        data = path.read_bytes()
        for form in (b"203.0.113", socket.inet_aton("203.0.113.77"), b"4711"):
            assert form not in data, path.name


# Pages of any kind

LINK = f'<a href="{ONE}">'
PIECES = st.sampled_from(
    [
        *(LINK, "</a>", "<div class=h-entry>", "<div class='h-entry h-cite'>", "</div>", "<p>"),
        *("<div class='h-feed'>", "<span class='p-author h-card'>", "<a class=u-url href=x:y>"),
        *(f"<a class='u-in-reply-to u-like-of' href='{ONE}'>", "<data class=p-rsvp value=yes>"),
        *("<div class=e-content>", "<img class=u-photo src=javascript:1 alt='x'>", "<template>"),
        *("<time class=dt-published datetime='9999-99-99'>", "<script>", "<!--", "-->", "<svg>"),
        *("<base href='//['>", "<meta http-equiv=status content=410>", "<b onclick=x>", "&#0;"),
        *(
            "<link rel=author href=//[>",
            "<html lang=x-💥>",
            "&#xD800;",
            "<title>",
            "\x00",
            "\u202e",
        ),
        *("<meta property=og:title content='a&lt;b'>", "<iframe srcdoc='<script>'>", "<math><p>"),
    ]
)
PAGES = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=30).map("".join)
TYPES = st.sampled_from(
    [
        *("text/html", "text/html; charset=utf-16", "text/html; charset=utf-7", "", "text/plain"),
        *("application/xhtml+xml", "application/json", "application/ld+json", "image/png", "x"),
    ]
)


@st.composite
def sources(draw: st.DrawFn) -> tuple[bytes, str]:
    """Return the body and the media type of a source; most are HTML with a link and a post."""
    if draw(st.integers(0, 4)):
        page = f'{LINK}x</a><div class="h-entry"><p class="e-content">{draw(PAGES)}'
        return page.encode("utf-8", "replace"), draw(st.sampled_from(["text/html", ""]))
    value = draw(st.recursive(TEXTS | st.just(ONE), lambda inner: st.lists(inner, max_size=3)))
    body = draw(
        st.one_of(
            st.binary(max_size=200),
            PAGES.map(lambda page: page.encode("utf-16", "surrogatepass")),
            st.just(json.dumps(value).encode()),
        )
    )
    return body, draw(TYPES)


KINDS = {"verified", "unchanged", "no-link", "gone", "missing", "unavailable", "refused"}
UNCLEAN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Wire:
    """A fetcher that answers with what it is told."""

    def __init__(self, body: bytes, media: str) -> None:
        self.body, self.media = body, media

    def get(self, url: str, **_: Any) -> Fetched:
        return Fetched(url, 200, {"content-type": (self.media,)}, self.body)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers() as made:
        yield made


@settings(max_examples=300, deadline=None)
@given(
    source=sources(),
    claims=st.dictionaries(st.sampled_from(["title", "excerpt", "blog_name"]), TEXTS),
    protocol=st.sampled_from(["webmention", "trackback"]),
)
def test_any_page_is_a_clean_reading_or_none(
    readers: Readers, source: tuple[bytes, str], claims: dict[str, str], protocol: str
) -> None:
    verifier = Verifier(Wire(*source), readers, lambda: TARGETS)  # type: ignore[arg-type]
    one = mention(source=SOURCE, protocols=(protocol,), claims=claims)
    found = verifier.look(one)
    assert found.kind in KINDS
    assert (found.reading is not None) == (found.kind == "verified")
    if found.reading is not None:
        assert_clean(found.reading)
        assert after(one, found, NOW, verdict="hold").moderation == "pending"


def assert_clean(reading: Reading) -> None:
    assert Reading.from_json(json.loads(json.dumps(reading.as_json()))) == reading
    words = (reading.name, reading.text, reading.html, reading.author.name, reading.language)
    for said, most in zip(words, (200, 5000, 10_000, 100, 35), strict=True):
        assert not UNCLEAN.search(said)
        assert len(said) <= most
        said.encode()
    for address in (reading.url, reading.author.url, reading.author.photo):
        assert address == "" or urlsplit(address).scheme in ("http", "https")
    for element in html5lib.parseFragment(reading.html, namespaceHTMLElements=False).iter():
        assert element.tag in (*TAGS, "DOCUMENT_FRAGMENT")
        assert set(element.attrib) <= {"href", "rel"}
        assert element.attrib.get("href", "https:").startswith(("http:", "https:"))


@pytest.mark.parametrize("depth", [100, 100_000])
def test_nested_json_is_no_way_to_stop_a_worker(readers: Readers, depth: int) -> None:
    body = b"[" * depth + json.dumps(ONE).encode() + b"]" * depth
    found = Verifier(
        Wire(body, "application/json"),  # type: ignore[arg-type]
        readers,
        lambda: TARGETS,
    ).look(mention())
    assert found.kind == ("verified" if depth == 100 else "no-link")


# Pictures of any kind

SCRIPT = b"<script>alert(1)</script>"


def drawn(form: str, size: tuple[int, int] = (200, 100), **how: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form, **how)
    return out.getvalue()


def located(size: tuple[int, int] = (200, 100)) -> bytes:
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = "at home", "Bea"
    return drawn("JPEG", size, exif=exif, comment=SCRIPT)


@pytest.mark.parametrize(
    "data",
    [
        drawn("PNG"),
        drawn("WEBP"),
        drawn("GIF"),
        located(),
        drawn("GIF") + SCRIPT,
        drawn("PNG") + b"PK\x03\x04" + SCRIPT,
        b"".join((drawn("JPEG")[:2], b"\xff\xfe\x00\x1b", SCRIPT, drawn("JPEG")[2:])),
        png(3000, 3),
    ],
)
def test_sec_23_a_picture_is_drawn_anew_and_nothing_else_in_it_survives(data: bytes) -> None:
    made = redrawn(data)
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (SIZE, SIZE))
        assert not picture.getexif()
    for gone in (b"script", b"at home", b"Bea", b"PK", b"EXIF", b"XMP"):
        assert gone not in made


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html>" + SCRIPT,
        b"",
        b"\x89PNG\r\n\x1a\n",
        drawn("PNG")[:60],
        drawn("GIF")[:20],
        drawn("BMP"),
        drawn("TIFF"),
        drawn("ICO"),
        drawn("PPM"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n",
        b"GIF89a" + b"\xff" * 600,
    ],
)
def test_sec_23_what_is_no_picture_of_the_web_is_none(data: bytes) -> None:
    assert redrawn(data) == b""


def test_sec_23_a_picture_of_many_pixels_costs_no_memory() -> None:
    bomb = png(1, 1)
    # A few bytes that say of themselves that they are 30,000 by 30,000 pixels.
    wide = (30_000).to_bytes(4, "big")
    import zlib

    header = b"IHDR" + wide + wide + bomb[24:29]
    bomb = bomb[:12] + header + zlib.crc32(header).to_bytes(4, "big") + bomb[33:]
    tracemalloc.start()
    try:
        assert redrawn(bomb) == b""
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=150, deadline=None)
@given(
    start=st.sampled_from([drawn("PNG"), drawn("GIF"), drawn("WEBP"), located((60, 60))]),
    at=st.integers(0, 400),
    wedge=st.binary(max_size=12),
)
def test_sec_23_any_bytes_are_a_picture_of_ours_or_none(
    start: bytes, at: int, wedge: bytes
) -> None:
    made = redrawn(start[:at] + wedge + start[at + len(wedge) :])
    assert made == b"" or made.startswith(b"RIFF")


def long_in_the_drawing() -> bytes:
    """Return a picture of two megabytes whose one empty scan is repeated for minutes."""
    start = drawn("JPEG", (2000, 2000), progressive=True)
    scan = start[start.rindex(b"\xff\xda") : -2]
    return start[:-2] + scan * ((2 << 20) // len(scan)) + start[-2:]


def test_sec_10_sec_23_a_picture_that_takes_minutes_is_none() -> None:
    with serving({"/me.jpg": packed(long_in_the_drawing())}) as server, Readers(cpu=1) as some:
        began = time.monotonic()
        found = avatar(fetcher(), some.portrait, server.url("/me.jpg"))
        assert found == Media(origin=server.url("/me.jpg"))
        assert time.monotonic() - began < some.wall + 2
        assert some.portrait(drawn("PNG")) == redrawn(drawn("PNG"))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_sec_23_a_picture_has_at_most_four_megapixels(form: str) -> None:
    assert redrawn(drawn(form, (2000, 2000)))
    assert redrawn(drawn(form, (2001, 2000))) == b""


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
@pytest.mark.parametrize("size", [(9, 5), (300, 500), (1500, 1000)])
def test_a_picture_of_any_kind_is_drawn_again(mode: str, size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new(mode, size).save(out, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(io.BytesIO(redrawn(out.getvalue()))) as picture:
        assert picture.size == (SIZE, SIZE)
        assert picture.convert("RGBA").getpixel((48, 48))[:3] in ((0, 0, 0), (255, 255, 255))


def test_a_picture_on_its_side_is_set_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # its top is on the right
    out = io.BytesIO()
    lying = Image.new("RGB", (800, 800), (0, 0, 255))
    lying.paste((255, 0, 0), (0, 0, 400, 800))
    lying.save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(redrawn(out.getvalue()))) as picture:
        assert picture.convert("RGB").getpixel((48, 10))[0] > 200  # type: ignore[index]
        assert picture.convert("RGB").getpixel((48, 86))[2] > 200  # type: ignore[index]


@pytest.mark.parametrize(
    "answered",
    [
        answer(b"<svg onload=alert(1)>", "200 OK", "Content-Type: image/png"),
        answer(drawn("PNG"), "404 Not Found", "Content-Type: image/png"),
        answer(drawn("PNG"), "410 Gone", "Content-Type: image/png"),
        answer(drawn("PNG"), "302 Found", "Location: http://10.0.0.1/me.png"),
        answer(drawn("PNG"), "302 Found", "Location: file:///etc/passwd"),
        packed(bytes(8 << 20), "Content-Type: image/png"),
        answer(b"", length=3 << 20),
    ],
)
def test_sec_23_sec_6_without_a_picture_there_is_a_note_of_that(
    answered: bytes, readers: Readers
) -> None:
    with serving({"/me.png": answered}) as server:
        found = avatar(fetcher(), readers.portrait, server.url("/me.png"))
        assert found == Media(origin=server.url("/me.png"))


@pytest.mark.parametrize(
    "answered",
    [
        b"",
        answer(b"", "500 Internal Server Error"),
        answer(b"", "503 Service Unavailable"),
        answer(b"", "429 Too Many Requests"),
        answer(drawn("PNG"), length=9_999),
    ],
)
def test_a_picture_that_cannot_be_had_today_is_not_none(answered: bytes, readers: Readers) -> None:
    with serving({"/me.png": answered}) as server, pytest.raises(FetchError) as caught:
        avatar(fetcher(), readers.portrait, server.url("/me.png"))
    assert caught.value.problem == "unreachable"


def test_sec_23_a_picture_is_one_by_its_bytes_and_is_named_by_ours(readers: Readers) -> None:
    lie = answer(drawn("PNG"), "200 OK", "Content-Type: text/html")
    with serving({"/me.svg": lie, "/../x.php": lie}) as server:
        found = avatar(fetcher(), readers.portrait, server.url("/me.svg"))
    assert re.fullmatch(r"[0-9a-f]{64}\.webp", found.name)
    assert found.type == "image/webp"


def test_sec_6_a_picture_in_a_private_network_is_not_asked_for(server: Server) -> None:
    for origin in ("http://10.0.0.1/me.png", "http://169.254.169.254/", "file:///etc/passwd", ""):
        assert avatar(fetcher(), redrawn, origin) == Media(origin=origin)
    assert server.asked == []


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


# The store, asked by strangers


def test_sec_14_a_hundred_replays_by_anybody_change_nothing(tmp_path: Path) -> None:
    """Over the wire: three protocols, other words each time, of a mention that is approved."""
    with desk_in(tmp_path) as desk:
        for message in posts(SOURCE).values():
            desk.ask("POST", *message)
        (before,) = desk.store.mentions()
        desk.store.moderate([before], "approve", "ada", NOW)
        (before,) = desk.store.mentions()
        generation = desk.store.generation()
        for number in range(100):
            claims = {"url": SOURCE, "title": f"Other words {number}"}
            desk.ask("POST", "/trackback/one", urlencode(claims).encode(), FORM)
            desk.ask("POST", *posts(f"{SOURCE}#{number}")["webmention"])
        (found,) = desk.store.mentions()
        assert (found.moderation, found.shown) == (before.moderation, before.shown)
        assert found.is_published
        assert desk.store.generation() == generation
        assert len(desk.store.claim("w", 4e9, lease=1, most=9)) == 1


EVIL_PAGE = f'''<html lang="x&quot;onload=alert(1)"><title>&lt;script&gt;alert(1)&lt;/script&gt;</title>
<article class="h-entry"><a class="u-url" href="javascript:alert(1)"></a>
<p class="p-author h-card"><a class="u-url p-name" href="javascript:alert(1)">&lt;img src=x
onerror=alert(1)&gt;</a><img class="u-photo" src="data:text/html,<script>alert(1)</script>"></p>
<a class="u-in-reply-to" href="{ONE}">x</a><p class="p-name">]]>&lt;/title&gt;&lt;script&gt;</p>
<div class="e-content"><script>alert(1)</script><svg onload=alert(1)><math><mtext></mtext></math>
<a href="jav&#x09;ascript:alert(1)" onclick=alert(1)>a</a><b style=x>--&gt;&lt;/script&gt;</b></div>
<time class="dt-published" datetime="&lt;script&gt;"></time></article>'''


def test_wr_14_sec_12_what_is_published_is_clean_in_every_form(
    tmp_path: Path, readers: Readers
) -> None:
    """From a hostile page to feeds and export: text is escaped there, markup is harmless."""
    with desk_in(tmp_path) as desk:
        title = {"url": SOURCE, "title": "<script>alert(1)</script>", "blog_name": "]]>\0<b>"}
        desk.ask("POST", "/trackback/one", urlencode(title).encode(), FORM)
        desk.ask("POST", *posts(SOURCE)["webmention"])
        (job,) = desk.store.claim("w", 4e9, lease=60, most=9)
        wire = Wire(EVIL_PAGE.encode(), "text/html")
        verifier = Verifier(wire, readers, lambda: TARGETS)  # type: ignore[arg-type]
        found = verifier.look(job.mention)
        assert found.reading is not None
        assert_clean(found.reading)
        desk.store.settle(job, job.mention, after(job.mention, found, NOW, verdict="allow"), NOW)

        export(desk.store, TARGETS, tmp_path / "mentions.json")
        feeds = [
            (tmp_path / "mentions.json").read_bytes(),
            desk.ask("GET", "/mentions.jf2").body,
            desk.ask("GET", "/mentions.json").body,
        ]
        for feed in feeds:
            (entry,) = json.loads(feed)["children"]
            assert entry["url"] == SOURCE
            assert set(entry["author"]) <= {"type", "name"}
            assert "published" not in entry
            assert html5lib.parseFragment(entry["content"]["html"]).find(".//*[@onclick]") is None
            for word in ("script", "javascript", "onload", "style=", "svg"):
                assert word not in entry["content"]["html"].replace("&lt;/script&gt;", "")
        atom = ET.fromstring(desk.ask("GET", "/mentions.atom").body)
        for element in atom.iter():
            for value in element.attrib.values():
                assert "javascript" not in value
        names = [one.text for one in atom.iter("{http://www.w3.org/2005/Atom}name")]
        assert "<img src=x onerror=alert(1)>" in names  # as text


def test_sec_17_no_get_changes_anything(desk: Desk) -> None:
    before = desk.store.mentions()
    query = urlencode(
        {"source": "https://b.example/get", "target": ONE, "url": "https://b.example/"}
    )
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE"):
        for path in ("/", "/webmention", "/pingback", "/trackback/one", "/status/x", "/metrics"):
            assert desk.ask(method, f"{path}?{query}&__mode=rss").status < 500
    assert desk.store.mentions() == before


def test_a_mention_never_answers_with_more_than_a_word(desk: Desk) -> None:
    """SEC-2, WR-16: whoever has the token of a status page learns nothing of its source."""
    location = desk.ask("POST", *posts(SOURCE)["webmention"]).headers["location"]
    path = location.removeprefix(ROOT)
    assert json.loads(desk.ask("GET", path, accept="application/json").body) == {
        "status": "checking"
    }
    page = desk.ask("GET", path, accept="text/html").body
    assert b"b.example" not in page
    known: Mention = next(one for one in desk.store.mentions() if one.source == SOURCE)
    assert known.token in location
