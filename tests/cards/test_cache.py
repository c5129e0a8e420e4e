"""Cards that are drawn stay: whole, where pages want them, and nobody else's file is touched."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures import png

from cards.engines import BLANK, JPEG, Painter, card
from pelican_smo.cards.cache import (
    Cached,
    CardCache,
    Refusal,
    Refused,
    Row,
    Sample,
    manifest_path,
)
from pelican_smo.cards.draw import Encoded, encoded, is_whole
from pelican_smo.cards.rows import Manifest
from pelican_smo.errors import CardError, PassingError

DAY = 24 * 60 * 60
ONE, TWO = "1" * 32, "2" * 32


class Site:
    """An output folder and a cache, and builds that want cards by name and key."""

    def __init__(self, root: Path) -> None:
        self.cache, self.output = root / "cache" / "cards", root / "output"
        self.cards = self.output / "smo" / "cards"

    @property
    def manifest(self) -> Path:
        return manifest_path(self.cache, self.output)

    def build(self, days: float = 0, **wanted: str) -> dict[str, str]:
        """Draw and publish cards by name and key, some days from now; return what was wrong."""
        cards = CardCache(self.cache, clock=lambda: time.time() + days * DAY)
        for key in wanted.values():
            if cards.known(key) is None:
                cards.keep(key, drawn(key))
        problems = cards.publish(self.output, [row(*one) for one in wanted.items()], site="x")
        return {name: str(problem) for name, problem in problems.items()}

    def said(self) -> list[dict[str, Any]]:
        found = json.loads(self.manifest.read_bytes())["cards"]
        assert isinstance(found, list)
        return found

    def there(self) -> dict[str, str]:
        """Return the key of each card in the output by its name, as its bytes have it."""
        return {path.name: key_of(path.read_bytes()) for path in sorted(self.cards.iterdir())}

    def files(self) -> dict[Path, tuple[int, int, int]]:
        """Return what would change if a file were written, moved or linked again."""
        found = {path: path.lstat() for path in self.output.rglob("*")}
        return {path: (one.st_ino, one.st_mtime_ns, one.st_nlink) for path, one in found.items()}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", link)


def drawn(key: str) -> Encoded:
    return encoded(Painter(), card(key).__class__(html=key, css="", fonts=()))


def key_of(data: bytes) -> str:
    return data.rpartition(b"teXt")[2][:32].decode("ascii", "replace")


def row(name: str, key: str) -> Row:
    return Row(
        path=f"smo/cards/{name}.png",
        key=key,
        title=f"The {name}",
        source=f"articles/{name}.md",
        layout="plain",
        language="en",
    )


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# What is known


def test_a_card_is_known_once_it_is_kept(tmp_path: Path) -> None:
    cards = CardCache(tmp_path / "cards")
    assert cards.known(ONE) is None
    cards.keep(ONE, Encoded("png", BLANK))
    cards.keep(TWO, Encoded("jpeg", JPEG))
    for each in (cards, CardCache(tmp_path / "cards")):
        assert each.known(ONE) == Cached("png", len(BLANK))
        assert each.known(TWO) == Cached("jpeg", len(JPEG))
        assert each.known("3" * 32) is None
    assert {path.name for path in (tmp_path / "cards").iterdir()} == {f"{ONE}.png", f"{TWO}.jpg"}


def test_why_there_is_no_card_is_known_too(tmp_path: Path) -> None:
    cards = CardCache(tmp_path)
    cards.keep(ONE, CardError("lögo \ud800.svg", "is no picture", "save it as PNG"))
    wanted = Refused("lögo \ud800.svg", "is no picture", "save it as PNG")
    assert cards.known(ONE) == CardCache(tmp_path).known(ONE) == wanted
    cards.keep(ONE, Encoded("png", BLANK))
    assert cards.known(ONE) == Cached("png", len(BLANK))


def test_what_may_go_well_another_time_is_tried_again(tmp_path: Path) -> None:
    cards = CardCache(tmp_path)
    cards.keep(ONE, PassingError("", "the card engine was killed"))
    assert cards.known(ONE) is None
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'"x"', b"\xff", b'{"where":1,"problem":"","remedy":""}', b"[" * 9999],
)
def test_a_damaged_reason_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / f"{ONE}.json").write_bytes(data)
    assert CardCache(tmp_path).known(ONE) is None


def test_what_is_no_file_with_something_in_it_is_no_card(tmp_path: Path) -> None:
    (tmp_path / f"{ONE}.png").touch()
    (tmp_path / f"{TWO}.png").mkdir()
    (tmp_path / "real.png").write_bytes(BLANK)
    (tmp_path / f"{'3' * 32}.png").symlink_to("real.png")
    (tmp_path / f"{'4' * 32}.png").symlink_to("nowhere")
    cards = CardCache(tmp_path)
    assert [cards.known(digit * 32) for digit in "1234"] == [None] * 4
    cards.keep(ONE, Encoded("png", BLANK))
    assert cards.known(ONE) == Cached("png", len(BLANK))


def test_a_card_that_was_cut_short_through_its_link_is_drawn_again(site: Site) -> None:
    site.build(one=ONE)
    card_there = site.cards / "one.png"
    with card_there.open("r+b") as file:
        file.truncate(100)
    assert CardCache(site.cache).known(ONE) is None
    assert site.build(one=ONE) == {}
    assert key_of(card_there.read_bytes()) == ONE
    assert is_whole(card_there.read_bytes(), 1200, 630)


def test_a_card_that_was_made_smaller_through_its_link_stays(site: Site) -> None:
    """Tools that optimise pictures write to the very file; so once is enough."""
    site.build(one=ONE)
    (site.cards / "one.png").write_bytes(BLANK)
    assert CardCache(site.cache).known(ONE) == Cached("png", len(BLANK))
    assert site.build(one=ONE) == {}
    assert (site.cards / "one.png").read_bytes() == BLANK
    assert [one["bytes"] for one in site.said()] == [len(BLANK)]


def test_another_picture_written_through_the_link_is_no_card(site: Site) -> None:
    site.build(one=ONE)
    (site.cards / "one.png").write_bytes(png(4, 4))
    assert CardCache(site.cache).known(ONE) is None


def test_to_know_a_card_nothing_is_imported_that_draws() -> None:
    code = (
        "import sys; from pelican_smo.cards.cache import CardCache\n"
        "CardCache(__import__('pathlib').Path('nowhere')).known('1' * 32); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"pytakumi", "PIL", "rich", "pelican", "subprocess"}.isdisjoint(done.stdout.split())


# What is put into the output


def test_cards_are_linked_and_the_manifest_says_so(site: Site) -> None:
    cards = CardCache(site.cache)
    cards.keep(ONE, drawn(ONE))
    before = (site.cache / f"{ONE}.png").stat()
    problems = cards.publish(
        site.output,
        [Row("smo/cards/zwei.png", ONE, "Zwei", "z.md", "plain", "de"), row("one", ONE)],
        site="https://example.org",
        samples=[Sample(TWO, "png", "مرحبا \ud800", "ar", "plain")],
        refused=[Refusal("r.md", "Refused", "quote", "a: b")],
    )
    assert problems == {}
    there = (site.cards / "one.png").stat()
    assert (there.st_ino, there.st_nlink) == (before.st_ino, 3)
    assert (there.st_mtime_ns, there.st_mode) == (before.st_mtime_ns, before.st_mode)
    size = before.st_size
    assert site.manifest.read_text(encoding="utf-8") == (
        f'{{"version":1,"output":"{site.output}","site":"https://example.org",\n'
        '"cards":[\n'
        f'{{"path":"smo/cards/one.png","key":"{ONE}","title":"The one","source":"articles/one.md",'
        f'"layout":"plain","language":"en","bytes":{size}}},\n'
        f'{{"path":"smo/cards/zwei.png","key":"{ONE}","title":"Zwei","source":"z.md",'
        f'"layout":"plain","language":"de","bytes":{size}}}\n],\n'
        f'"samples":[\n{{"key":"{TWO}","form":"png","title":"مرحبا \\ud800","language":"ar",'
        '"layout":"plain"}\n],\n"refused":[\n'
        '{"source":"r.md","title":"Refused","layout":"quote","problem":"a: b"}\n]}\n'
    )
    read = Manifest.from_bytes(site.manifest.read_bytes())
    assert read is not None
    assert read.samples[0].title == "مرحبا \ud800"
    assert [one.path for one in read.cards] == ["smo/cards/one.png", "smo/cards/zwei.png"]


def test_manifests_are_told_apart_by_the_output(tmp_path: Path) -> None:
    assert manifest_path(tmp_path, tmp_path / "a") != manifest_path(tmp_path, tmp_path / "b")
    assert len(manifest_path(tmp_path, tmp_path / "a").stem) == 12


def test_nothing_is_done_for_what_is_there(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.build(one=ONE, two=TWO)
    os.utime(site.manifest, (1e9, 1e9))
    before, said = site.files(), site.manifest.read_bytes()
    for name in ("link", "replace", "unlink"):
        monkeypatch.setattr(os, name, None)
    assert site.build(one=ONE, two=TWO) == {}
    assert (site.files(), site.manifest.read_bytes()) == (before, said)
    assert site.manifest.stat().st_mtime > 1e9  # for who removes what is not in use


@pytest.mark.usefixtures("no_links")
def test_cards_are_copied_where_they_cannot_be_linked(site: Site) -> None:
    assert site.build(one=ONE, two=TWO) == {}
    assert site.there() == {"one.png": ONE, "two.png": TWO}
    before = site.files()
    assert {links for _, _, links in before.values() if links == 1}
    assert site.build(one=ONE, two=TWO) == {}
    assert site.files() == before
    assert site.build(one=TWO) == {}
    assert site.there() == {"one.png": TWO}


def test_an_output_that_was_wiped_is_filled_again(site: Site) -> None:
    site.build(one=ONE)
    (site.cards / "one.png").unlink()
    site.cards.rmdir()
    assert site.build(one=ONE) == {}
    assert site.there() == {"one.png": ONE}


def test_a_changed_card_takes_the_place_of_the_old_one(site: Site) -> None:
    site.build(one=ONE, two=TWO)
    old = (site.cards / "one.png").stat().st_ino
    assert site.build(one=TWO, two=TWO) == {}
    assert site.there() == {"one.png": TWO, "two.png": TWO}
    assert (site.cache / f"{ONE}.png").stat().st_ino == old
    assert (site.cache / f"{ONE}.png").stat().st_nlink == 1


def test_a_link_in_the_place_of_the_same_file_leaves_nothing_behind(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """POSIX: to move a link to another link of the same file does nothing, and says no word."""
    site.build(one=ONE)
    link, target = os.link, site.cards / "two.png"

    def beaten(source: str, to: str) -> None:
        if to == str(target) and not target.exists():
            link(source, to)  # another build was faster
        link(source, to)

    monkeypatch.setattr(os, "link", beaten)
    assert site.build(one=ONE, two=ONE) == {}
    assert site.there() == {"one.png": ONE, "two.png": ONE}
    assert {path.name for path in site.cache.iterdir()} == {f"{ONE}.png", site.manifest.name}


def test_cards_that_nobody_wants_any_more_are_removed_and_no_other(site: Site) -> None:
    site.build(one=ONE, two=TWO, three=ONE, four=ONE)
    foreign = site.cards / "foreign.png"
    foreign.write_bytes(BLANK)
    hand_made = site.cards / "two.png"
    hand_made.unlink()
    hand_made.write_bytes(png(1200, 630))
    linked = site.cards / "four.png"
    linked.unlink()
    linked.symlink_to(foreign)
    assert site.build(three=ONE) == {}
    assert {*site.there()} == {"foreign.png", "three.png", "two.png", "four.png"}
    assert [one["path"] for one in site.said()] == ["smo/cards/three.png"]


def test_a_card_of_another_format_stays_where_it_was_shared_as_long_as_its_article(
    site: Site,
) -> None:
    site.build(one=ONE)
    cards = CardCache(site.cache)
    cards.keep(TWO, Encoded("jpeg", JPEG))
    heavy = row("one", TWO)._replace(path="smo/cards/one.jpg")
    for _ in range(2):
        assert CardCache(site.cache).publish(site.output, [heavy], stems={"one"}) == {}
        assert sorted(path.name for path in site.cards.iterdir()) == ["one.jpg", "one.png"]
    site.build(two=ONE)
    assert [path.name for path in site.cards.iterdir()] == ["two.png"]


def test_a_card_is_removed_though_it_was_made_smaller(site: Site) -> None:
    """Its mark went with what it could do without, but it is the file of the cache."""
    site.build(one=ONE, two=TWO)
    (site.cards / "one.png").write_bytes(BLANK)
    assert site.build(two=TWO) == {}
    assert site.there() == {"two.png": TWO}


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: path.symlink_to("x")])
def test_a_file_that_is_not_ours_stays_and_is_told(
    site: Site, make: Callable[[Path], None]
) -> None:
    foreign = site.cards / "one.png"
    site.cards.mkdir(parents=True)
    make(foreign)
    before = foreign.lstat()
    for _ in range(2):
        assert site.build(one=ONE, two=TWO) == {
            "smo/cards/one.png": f"{foreign}: is in the place of a card, and was not made by "
            "pelican_smo; move it, or give the article another slug"
        }
        assert foreign.lstat() == before
        assert [one["path"] for one in site.said()] == ["smo/cards/two.png"]
    assert site.build(two=TWO) == {}
    assert foreign.lstat() == before


def test_a_card_that_another_tool_wrote_anew_is_put_back(site: Site) -> None:
    site.build(one=ONE)
    (site.cards / "one.png").unlink()
    (site.cards / "one.png").write_bytes(BLANK)
    assert site.build(one=ONE) == {}
    assert site.there() == {"one.png": ONE}


def test_without_a_manifest_cards_are_known_by_their_mark(site: Site) -> None:
    """The cache is safe to delete, and a build may end before it has said what it did."""
    site.build(one=ONE, two=TWO)
    for path in site.cache.iterdir():
        path.unlink()
    before = site.files()[site.cards / "two.png"]
    assert site.build(one=TWO, two=TWO) == {}
    assert site.there() == {"one.png": TWO, "two.png": TWO}
    # It says the same, so it stays and is the cache's from now on.
    assert site.files()[site.cards / "two.png"] == (*before[:2], 2)
    assert (site.cache / f"{TWO}.png").stat().st_ino == before[0]


def test_a_row_that_leads_elsewhere_is_refused(site: Site) -> None:
    cards = CardCache(site.cache)
    cards.keep(ONE, drawn(ONE))
    names = ("../x", "a/b", ".x", "a\0b", "a\ud800", "", "a\\b")
    problems = cards.publish(site.output, [row(name, ONE) for name in names])
    assert len(problems) == len(names)
    assert all("is no name for a card" in str(problem) for problem in problems.values())
    assert not site.output.exists()


def test_a_key_without_a_card_is_told(site: Site) -> None:
    assert {
        name: str(problem)
        for name, problem in CardCache(site.cache).publish(site.output, [row("a", ONE)]).items()
    } == {"smo/cards/a.png": f"{site.cache}: has lost a card; build again"}


def test_a_build_that_is_ended_has_said_what_it_was_about_to_do(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.build(one=ONE)
    foreign = site.cards / "foreign.png"
    foreign.write_bytes(BLANK)
    link = os.link

    def ended(source: str, target: str) -> None:
        link(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "link", ended)
    with pytest.raises(KeyboardInterrupt):
        site.build(one=ONE, two=TWO, foreign=TWO)
    assert site.there() == {"foreign.png": key_of(BLANK), "one.png": ONE, "two.png": TWO}
    assert [one["path"] for one in site.said()] == ["smo/cards/one.png", "smo/cards/two.png"]
    monkeypatch.undo()
    assert site.build(one=ONE) == {}
    assert {*site.there()} == {"foreign.png", "one.png"}


# Where nothing can be written


def test_a_full_disk_is_told_once_and_the_old_card_stays(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.build(one=ONE)
    site.build(one=ONE, spare=TWO)
    for name in ("link", "replace"):
        monkeypatch.setattr(os, name, full)
    cards = CardCache(site.cache)
    with pytest.raises(CardError) as caught:
        cards.keep("3" * 32, drawn("3" * 32))
    advice = "cannot be written: No space left on device; make room or correct its permissions"
    assert str(caught.value) == f"{site.cache}: {advice}"
    assert cards.known("3" * 32) is None
    problems = cards.publish(site.output, [row("one", TWO), row("new", TWO)])
    assert {str(problem) for name, problem in problems.items() if "/cards/" in name[:10]} == {
        f"{site.cards}: {advice}"
    }
    assert site.there()["one.png"] == ONE
    monkeypatch.undo()
    assert {path.name[0] for path in (*site.cache.iterdir(), *site.cards.iterdir())}.isdisjoint(".")
    assert site.build(one=TWO, new=TWO) == {}
    assert site.there() == {"new.png": TWO, "one.png": TWO}


def test_what_could_not_be_put_or_removed_is_not_forgotten(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.build(one=ONE, two=ONE)
    monkeypatch.setattr(Path, "unlink", full)
    assert [*site.build(one=ONE)] == ["smo/cards/two.png"]
    monkeypatch.undo()
    assert [one["path"] for one in site.said()] == ["smo/cards/one.png", "smo/cards/two.png"]
    assert site.build(one=ONE) == {}
    assert site.there() == {"one.png": ONE}


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.build(one=ONE)
    (site.output / "smo" / "cards" / "one.png").unlink()
    site.cards.rmdir()
    site.cards.write_bytes(b"mine")
    (problem,) = site.build(one=ONE).values()
    assert problem.startswith(f"{site.cards}: cannot be written: ")
    assert site.cards.read_bytes() == b"mine"
    (tmp_path / "file").write_bytes(b"mine")
    cards = CardCache(tmp_path / "file")
    assert cards.known(ONE) is None
    with pytest.raises(CardError, match="file: cannot be written: "):
        cards.keep(ONE, drawn(ONE))
    assert str(manifest_path(cards.folder, site.output)) in cards.publish(site.output, [])


def test_a_file_that_grows_over_its_limit_gets_no_name(tmp_path: Path) -> None:
    """The system itself says no, in the middle of writing."""
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from pelican_smo.cards.cache import CardCache; from pelican_smo.cards.draw import Encoded\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "try:\n    CardCache(Path(sys.argv[1])).keep('1' * 32, Encoded('png', bytes(60000)))\n"
        "except Exception as error:\n    print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"{tmp_path}: cannot be written: File too large; make room")
    assert [*tmp_path.iterdir()] == []


# What is removed when it is old


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_cards_that_no_site_has_used_for_a_month_are_removed(site: Site) -> None:
    site.build(one=ONE, two=TWO)
    site.build(one=ONE)
    CardCache(site.cache).keep("3" * 32, CardError("", "why"))
    site.build(one=ONE, days=29)
    assert f"{TWO}.png" in names(site.cache)
    assert f"{'3' * 32}.json" in names(site.cache)
    site.build(one=ONE, days=31)
    assert names(site.cache) == {f"{ONE}.png", site.manifest.name}


def test_cards_of_another_site_stay_as_long_as_it_is_built(site: Site, tmp_path: Path) -> None:
    other = Site(tmp_path)
    other.output = tmp_path / "other"
    other.build(two=TWO)
    sample = Sample("3" * 32, "png", "x", "en", "plain")
    cards = CardCache(site.cache)
    cards.keep(sample.key, drawn(sample.key))
    cards.publish(site.output, [], samples=[sample])
    kept = {f"{ONE}.png", f"{TWO}.png", f"{'3' * 32}.png"}
    late = CardCache(site.cache, clock=lambda: time.time() + 31 * DAY)
    late.keep(ONE, drawn(ONE))
    os.utime(other.manifest, (time.time() + 20 * DAY,) * 2)
    late.publish(site.output, [row("one", ONE)], samples=[sample])
    assert names(site.cache) == kept | {site.manifest.name, other.manifest.name}
    site.build(one=ONE, days=60)
    assert other.manifest.name not in names(site.cache)
    site.build(one=ONE, days=60)
    assert names(site.cache) == {f"{ONE}.png", site.manifest.name}
    assert (other.output / "smo" / "cards" / "two.png").exists()


def test_what_ended_builds_left_is_removed_after_a_day(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.build(one=ONE)
    left = {
        site.cache / f".{TWO}.png.abcd_123",
        site.cache / f".{TWO}.json.abcdefgh",
        site.cache / f".{site.manifest.name}.abcdefgh",
        site.cards / ".one.png.0123abcd",
    }
    foreign = {
        site.cache / ".notes.png.abcdefgh",
        site.cache / f"{TWO}.gif",
        site.cache / "README",
        site.cache / f".{TWO}.png.abcdefghi",
        site.cards / ".other.png.0123abcd",
        site.cards / "note",
        site.cards / ".one.png",
    }
    for path in left | foreign:
        path.write_bytes(b"x")
    site.build(one=ONE, days=0.9)
    assert all(path.exists() for path in left)
    site.build(one=ONE, days=1.1)
    assert not any(path.exists() for path in left)
    site.build(one=ONE, days=1000)
    assert all(path.exists() for path in foreign)
    assert site.there()["one.png"] == ONE


# Manifests that others wrote


def hostile(site: Site, *paths: str) -> None:
    rows = [{**row("x", ONE)._asdict(), "path": path, "bytes": 5} for path in paths]
    said = {"version": 1, "output": str(site.output), "site": "", "cards": rows}
    site.manifest.parent.mkdir(parents=True, exist_ok=True)
    site.manifest.write_text(json.dumps(said))


def test_no_manifest_leads_out_of_the_folder_of_cards(site: Site, tmp_path: Path) -> None:
    mine = [tmp_path / "mine.png", site.output / "mine.png", site.cards / "sub" / "mine.png"]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(drawn(ONE).data)  # even one that is a card
    (site.cards / "link").symlink_to(tmp_path)
    hostile(
        site,
        "../mine.png",
        "smo/cards/../../../mine.png",
        "smo/cards/../../mine.png",
        str(mine[0]),
        "mine.png",
        "smo/cards/sub/mine.png",
        "smo/cards/link/mine.png",
        "smo/cards//mine.png",
        "smo/cards/..",
        "smo/cards/",
        "",
        "smo/cards/\ud800.png",
        "smo/cards/\0.png",
    )
    assert site.build(one=ONE) == {}
    assert all(path.exists() for path in mine)


def test_a_manifest_of_another_output_is_not_believed(site: Site) -> None:
    site.build(one=ONE)
    said = json.loads(site.manifest.read_bytes())
    site.manifest.write_text(json.dumps({**said, "output": "/elsewhere"}))
    site.build(two=TWO)
    assert site.there() == {"one.png": ONE, "two.png": TWO}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=9,
)
PATHS = st.sampled_from(["smo/cards/a.png", "smo/cards/b.jpg", "../a.png", "/a.png", "smo/cards/"])
ROWS = st.fixed_dictionaries(
    {
        "path": PATHS | st.text(max_size=9).map(lambda name: f"smo/cards/{name}.png") | JSON,
        "key": st.just(ONE) | st.text("0123456789abcdef", min_size=31, max_size=33) | JSON,
        "bytes": st.integers() | JSON,
        **{name: st.text(max_size=5) | JSON for name in ("title", "source", "layout", "language")},
    }
)
SAID = st.fixed_dictionaries(
    {},
    optional={
        "version": st.just(1) | JSON,
        "output": st.text(max_size=5) | JSON,
        "site": JSON,
        "cards": st.lists(ROWS | JSON, max_size=3) | JSON,
        "samples": st.lists(ROWS | JSON, max_size=3) | JSON,
        "refused": JSON,
    },
)


@given(
    st.builds(json.dumps, SAID | JSON).map(str.encode)
    | st.binary(max_size=30)
    | st.just(b"[" * 100_000)
)
def test_any_manifest_is_read_as_far_as_it_makes_sense(data: bytes) -> None:
    read = Manifest.from_bytes(data)
    if read is None:
        return
    for one in read.cards:
        path = Path(one.path)
        assert path.parent == Path("smo/cards")
        assert path.name not in ("", "..")
        assert os.path.normpath(one.path) == one.path
        os.fsencode(path)
    assert Manifest.from_bytes(read.as_bytes()) is not None


@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\0\xff", b'{"version":2}', b"[" * 100_000])
def test_a_manifest_that_is_none_is_written_anew(site: Site, data: bytes) -> None:
    site.build(one=ONE)
    site.manifest.write_bytes(data)
    assert site.build(one=ONE) == {}
    assert [one["path"] for one in site.said()] == ["smo/cards/one.png"]


# Two builds at once, and builds that are ended


KEYS = [f"{number:032x}" for number in range(12)]


def in_child(work: Callable[[], None]) -> int:
    """Have a copy of this process do ``work``; return its pid. It ends with 0 if all went well."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return pid


def halves(folders: Iterable[Path]) -> list[str]:
    """Return the files that have the name of a card and are none."""
    found = []
    for folder in folders:
        for path in folder.glob("[!.]*.png"):
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                continue
            if not is_whole(data, 1200, 630):
                found.append(path.name)
    return found


def wanted(turn: int) -> Mapping[str, str]:
    """Return what a build wants that differs from turn to turn in names and keys."""
    return {f"n{number}": KEYS[(number * turn) % 12] for number in range(turn % 3, 9)}


def build_on(site: Site, turns: Sequence[int]) -> None:
    for turn in turns:
        problems = site.build(**wanted(turn))
        if problems:
            raise AssertionError(problems)


def test_two_builds_at_once_do_each_other_no_harm(site: Site) -> None:
    site.build(**wanted(0))
    pids = [in_child(lambda seed=seed: build_on(site, range(seed, 60, 2))) for seed in (1, 2)]
    codes: list[int] = []
    while len(codes) < 2:
        assert halves([site.cache, site.cards]) == []
        pid, code = os.waitpid(-1, os.WNOHANG)
        codes += [code] if pid in pids else []
    assert codes == [0, 0]
    assert site.build(**wanted(7)) == {}
    assert {f"{name}.png": key for name, key in wanted(7).items()}.items() <= site.there().items()
    assert not [name for name in names(site.cache) | names(site.cards) if name[0] == "."]


def test_a_card_that_changes_is_always_there(site: Site) -> None:
    site.build(one=ONE)
    pid = in_child(lambda: [site.build(one=key) for key in (TWO, ONE) * 40] and None)
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        assert is_whole((site.cards / "one.png").read_bytes(), 1200, 630)


def test_a_build_that_is_killed_leaves_no_half_file_and_the_next_completes_it(site: Site) -> None:
    site.build(**wanted(0))
    chance = random.Random(5)

    def draw_on() -> None:
        for turn in range(1, 10_000):
            for key in wanted(turn).values():
                (site.cache / f"{key}.png").unlink(missing_ok=True)
            site.build(**wanted(turn))

    for turn in range(60):
        pid = in_child(draw_on)
        time.sleep(chance.uniform(0.0, 0.012))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert status == signal.SIGKILL
        assert halves([site.cache, site.cards]) == []
        assert site.build(**wanted(turn)) == {}
        assert site.there() == {f"{name}.png": key for name, key in wanted(turn).items()}
    assert site.build(days=2, **wanted(1)) == {}
    assert not [name for name in names(site.cache) | names(site.cards) if name[0] == "."]
