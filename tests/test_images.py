"""Pictures: every way to name one, and what the header of a file says."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Build
from heads import meta, metas
from pictures import png

GIF = b"GIF89a" + struct.pack("<HH", 640, 480) + b"\x00\x00\x00;"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", 480, 640) + b"\x03\x01\x11\x00\x02\x11\x01\x03\x11\x01"
)  # fmt: skip
WEBP = (
    b"RIFF\x1e\x00\x00\x00WEBPVP8 \x12\x00\x00\x00\x30\x01\x00\x9d\x01\x2a"
    + struct.pack("<HH", 640, 480)
    + b"\x00" * 8
)
SITE = "https://example.org/blog"
PICTURES = {
    "content/images/sea.png": png(640, 480),
    "content/images/the sea.png": png(640, 480),
    "content/posts/near.png": png(640, 480),
}


def built(build: Build, image: str = "", body: str = "Text.", **more: bytes) -> str:
    sources: dict[str, str | bytes] = {
        **PICTURES,
        **{f"content/images/{name}": data for name, data in more.items()},
        "content/posts/a.md": f"Title: A\nDate: 2026-01-01\nSlug: a\nImage: {image}\n\n{body}",
    }
    return (build(sources, STATIC_PATHS=["images", "posts"]) / "a.html").read_text()


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("{static}/images/sea.png", f"{SITE}/images/sea.png"),
        ("{static}near.png", f"{SITE}/posts/near.png"),
        ("{static}../images/sea.png", f"{SITE}/images/sea.png"),
        ("{static}/images/sea.png?v=2#x", f"{SITE}/images/sea.png"),
        ("{static}/images/the sea.png", f"{SITE}/images/the%20sea.png"),
        ("{static}/images/the%20sea.png", f"{SITE}/images/the%20sea.png"),
        ("|static|/images/sea.png", f"{SITE}/images/sea.png"),
        ("{attach}near.png", f"{SITE}/near.png"),
        ("/images/sea.png", f"{SITE}/images/sea.png"),
        ("images/sea.png", f"{SITE}/images/sea.png"),
        ("near.png", f"{SITE}/posts/near.png"),
        (f"{SITE}/images/sea.png", f"{SITE}/images/sea.png"),
    ],
)
def test_a_file_of_the_site_is_found_and_measured(
    build: Build, messages: Callable[[], str], reference: str, address: str
) -> None:
    page = built(build, reference)
    assert meta(page, "og:image") == address
    assert meta(page, "og:image:width") == "640"
    assert meta(page, "og:image:height") == "480"
    assert messages() == ""


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("https://other.example/a.png?w=9", "https://other.example/a.png?w=9"),
        ("//other.example/a.png", "https://other.example/a.png"),
        ("https://other.example/é a.png", "https://other.example/%C3%A9%20a.png"),
    ],
)
def test_a_picture_elsewhere_is_named_and_never_fetched(
    build: Build, reference: str, address: str
) -> None:
    page = built(build, reference)
    assert meta(page, "og:image") == address
    assert "og:image:width" not in metas(page)


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [("x.gif", GIF, "image/gif"), ("x.jpg", JPEG, "image/jpeg"), ("x.webp", WEBP, "image/webp")],
)
def test_the_type_is_what_the_file_says(
    build: Build, name: str, data: bytes, media_type: str
) -> None:
    page = built(build, "/images/" + name, **{name: data})
    assert meta(page, "og:image:type") == media_type
    assert (meta(page, "og:image:width"), meta(page, "og:image:height")) == ("640", "480")


@pytest.mark.parametrize("data", [b"", b"\x89PNG", b"GIF8", b"<html>", png(640, 480)[:20]])
def test_a_file_that_is_no_picture_is_named(
    build: Build, messages: Callable[[], str], data: bytes
) -> None:
    assert "og:image" not in metas(built(build, "/images/x.png", **{"x.png": data}))
    assert messages().count("posts/a.md: the image '/images/x.png' cannot be read") == 1


@pytest.mark.parametrize(
    ("body", "address"),
    [
        ("![Sea]({static}/images/sea.png)", f"{SITE}/images/sea.png"),
        ("![Sea]({attach}near.png)", f"{SITE}/near.png"),
        ('<IMG SRC="/blog/images/sea.png" alt="Sea">', f"{SITE}/images/sea.png"),
        ('<img alt="Sea" src="images/sea.png">', f"{SITE}/images/sea.png"),
        ('<img alt="Sea" title="a > b" src="{static}/images/sea.png">', f"{SITE}/images/sea.png"),
    ],
)
def test_the_first_picture_of_the_text_serves_where_none_is_named(
    build: Build, body: str, address: str
) -> None:
    page = built(build, body=body)
    assert meta(page, "og:image") == address
    assert meta(page, "og:image:alt") == "Sea"


def test_small_pictures_of_the_text_are_passed_over(build: Build) -> None:
    body = "![Icon]({static}/images/icon.png)\n\n![Sea]({static}/images/sea.png)"
    page = built(build, body=body, **{"icon.png": png(32, 32)})
    assert meta(page, "og:image") == f"{SITE}/images/sea.png"


def test_data_in_an_address_is_no_picture(build: Build, tmp_path: Path) -> None:
    assert "og:image" not in metas(
        built(build, body='<img src="data:image/png;base64,iVBOR" alt="x">')
    )
