"""A build that is killed while it draws loses nothing, and leaves no half file in the output."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import pytest
from conftest import SITE, write
from PIL import Image

COUNT = 200
SETTINGS = {
    **SITE,
    "PATH": "content",
    "OUTPUT_PATH": "output",
    "SMO_CARDS": True,
    "DEFAULT_PAGINATION": 0,
    "SUMMARY_MAX_LENGTH": 1,
    "FEED_ALL_ATOM": None,
    "CATEGORY_FEED_ATOM": None,
    "TRANSLATION_FEED_ATOM": None,
}


def make(root: Path) -> None:
    conf = "".join(f"{name} = {value!r}\n" for name, value in SETTINGS.items())
    articles = {
        f"content/{number:03}.md": f"Title: Number {number}\nDate: 2026-01-01\nSlug: n{number:03}\n\nText."
        for number in range(COUNT)
    }
    write(root, {"pelicanconf.py": conf, **articles})


def started(root: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"]
    return subprocess.Popen(command, cwd=root, env={**os.environ, "CI": "true"})


def files(folder: Path) -> Mapping[str, bytes]:
    found = folder.iterdir() if folder.is_dir() else ()
    return {path.name: path.read_bytes() for path in found if not path.name.startswith(".")}


def wait_for(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_whole(data: bytes) -> bool:
    Image.open(BytesIO(data)).load()
    return data.endswith(b"IEND\xaeB`\x82")


@pytest.mark.parametrize("cards_there", [1, 60, 150])
def test_killed_in_the_middle_of_200_cards(tmp_path: Path, cards_there: int) -> None:
    make(tmp_path)
    cache, output = tmp_path / ".pelican-smo/cards", tmp_path / "output/smo/cards"
    process = started(tmp_path)
    try:
        wait_for(lambda: len(files(cache)) >= cards_there or process.poll() is not None)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    drawn = {name: data for name, data in files(cache).items() if name.endswith(".png")}
    assert all(map(is_whole, [*drawn.values(), *files(output).values()]))
    assert len(drawn) < COUNT
    times = {name: (cache / name).stat().st_mtime_ns for name in drawn}

    assert started(tmp_path).wait() == 0
    made = files(output)
    assert sorted(made) == [f"n{number:03}.png" for number in range(COUNT)]
    assert all(map(is_whole, made.values()))
    assert {name: (cache / name).stat().st_mtime_ns for name in drawn} == times
    assert {name: data for name, data in files(cache).items() if name in drawn} == drawn
