"""Faces: copies of what lies beside the mentions, else initials; never another server's picture."""

import re
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import png

from pelican_smo.assets import shipped
from pelican_smo.mentions.avatars import HUES, Avatars, hue, initials
from pelican_smo.share.colors import contrast

PNG = png(96, 96)


def test_sec_23_a_picture_is_copied_under_the_name_of_its_digest(tmp_path: Path) -> None:
    (tmp_path / "avatars").mkdir()
    (tmp_path / "avatars/a.png").write_bytes(PNG)
    (tmp_path / "avatars/b.svg").write_bytes(PNG)  # the first bytes count, not the name
    avatars = Avatars()
    path = f"smo/avatars/{sha256(PNG).hexdigest()}.png"
    assert avatars.path(tmp_path, "avatars/a.png") == path
    assert avatars.path(tmp_path, "./avatars/b.svg") == path
    assert avatars.files == {path: PNG}


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"RIFF\x0a\x00\n\x00WEBPVP8 ", "webp"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">', ""),
        (b"<!doctype html><script>", ""),
        (b" \x89PNG\r\n\x1a\n", ""),
        (b"RIFF\x0a\x00\x00\x00WAVE", ""),
        (b"", ""),
    ],
)
def test_sec_23_the_first_bytes_say_what_it_is(tmp_path: Path, first: bytes, kind: str) -> None:
    (tmp_path / "x.png").write_bytes(first + b"\0" * 20)
    path = Avatars().path(tmp_path, "x.png")
    assert path.rpartition(".")[2] == kind


@pytest.mark.parametrize(
    "photo",
    [
        "",
        "missing.png",
        "https://b.example/a.png",
        "//b.example/a.png",
        "data:image/png;base64,iVBORw0KGgo=",
        "file:///etc/passwd",
        "C:\\a.png",
        "../secret.png",
        "in/../../secret.png",
        "in/..",
        "/etc/hostname",
        "~/a.png",
        "in",
        "link.png",
        "large.png",
        "a\0.png",
        "x" * 5000,
        "in\\..\\..\\secret.png",
    ],
)
def test_anything_but_a_small_picture_below_the_folder_is_none(tmp_path: Path, photo: str) -> None:
    folder = tmp_path / "site"
    (folder / "in").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "large.png").write_bytes(PNG + b"\0" * (1 << 16))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    avatars = Avatars()
    assert avatars.path(folder, photo) == ""
    assert avatars.files == {}


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("ada", "A"),
        ("Chloé de la Tour Dubois", "CD"),
        ("élodie", "É"),
        ("e\u0301lodie", "E\u0301"),
        ("b.example", "BE"),
        ("Дмитрий Иванов", "ДИ"),
        ("山田 太郎", "山"),
        ("محمد علي", "م"),
        ("ß", "ß"),
        ("🦩 Flamingo", "F"),
        ("🦩", "?"),
        ("<script>", "S"),
        ("", "?"),
        ("_-_", "?"),
    ],
)
def test_initials_are_those_of_first_and_last_name(name: str, letters: str) -> None:
    assert initials(name) == letters


@given(name=st.text())
def test_any_name_has_initials_and_a_colour(name: str) -> None:
    assert 1 <= len(initials(name)) <= 40
    assert hue(name) == hue(name)
    assert hue(name) in range(HUES)


def test_white_letters_can_be_read_on_every_colour() -> None:
    colors = dict(re.findall(r"\.smo-hue-(\d+) \{ background: (#\w{6})", shipped("mentions.css")))
    assert sorted(map(int, colors)) == list(range(HUES))
    assert min(contrast("#ffffff", color) for color in colors.values()) >= 4.5
