"""Pages are read where they can do no harm: in processes that may die of it."""

import mmap
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pelican_smo.errors import MessageError, ReceiverError, TooComplexError
from pelican_smo.linkbacks.exchange import Fetched
from pelican_smo.linkbacks.readers import Readers
from pelican_smo.linkbacks.reading import Author, Look, Reading

URL = "https://other.example/notes/1"
TARGET = "https://site.example/one.html"
LINK = f'<a class="u-in-reply-to" href="{TARGET}">re</a>'
NOTE = f'<p class="h-entry">{LINK}<a class="u-url" href="/1">one</a></p>'
# Where a post of that kind is to be read, by its own word.
FOUND = "https://other.example/1"
ASKED: dict[str, Any] = {"source": URL, "wanted": {TARGET}, "received": 1e9, "claims": {}}
WITHIN_ITS_LIMITS = {
    "b that a parser of HTML opens again and again": '<div class="h-entry"><a class="u-url" href="/1">'
    f'</a>{LINK}<div class="e-content"><p>{"".join(f"<b a={n}>" for n in range(240))}'
    + "<p>x</p>"
    * 2_900,
    "entries that repeat each other": NOTE
    + '<div class="h-entry"><div class="e-content">' * 120
    + "text " * 20_000,
    "starts without an end": NOTE + "<a " * 300_000,
    "a megabyte of prose": NOTE + f"<p>{'Lorem ipsum ' * 8}</p>\n" * 10_000,
}
# Those that the survey lets through to the parser of microformats, and end it.
TOO_COMPLEX = {
    "entries in each other": NOTE
    + '<div class="h-entry"><p class="p-name">' * 120
    + "<b>x</b>" * 18_000,
}
# Those that the survey counts, so that the parser need not look at them.
UNREAD = {
    "20,000 nested entries": NOTE + '<div class="h-entry">' * 20_000,
    "3,000 nested b": NOTE + "<b>text" * 3_000,
    "60,000 attributes": f"{NOTE}<p {' '.join(f'attr{n}' for n in range(60_000))}>",
}


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    with Readers(cpu=1) as some:
        yield some


def fetched(html: str, url: str = URL) -> Fetched:
    return Fetched(url, 200, {"content-type": ("text/html; charset=utf-8",)}, html.encode())


def look(some: Readers, html: str) -> Look:
    return some.look(fetched(html), **ASKED)


def address(some: Readers, html: str) -> str:
    return look(some, html).reading.url


def processes(readers: Readers) -> list[int]:
    return [child._process.pid for child in readers._alive]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_a_page_is_read_with_its_address(readers: Readers) -> None:
    found = look(readers, f'{NOTE}<a href="/x">x</a>')
    assert found == Look(
        links=True,
        anchors=3,
        has_post=True,
        reading=Reading(
            property="in-reply-to",
            url=FOUND,
            author=Author(name="other.example"),
            name="reone",
        ),
    )


def test_bytes_are_read_as_their_server_or_they_themselves_say(readers: Readers) -> None:
    html = f"<title>\xe9</title>{LINK}"
    for charset, said in (("iso-8859-1", "é"), ("koi8-r", "И"), ("", "é")):
        page = Fetched(
            URL, 200, {"content-type": (f"text/html;charset={charset}",)}, html.encode("latin-1")
        )
        assert readers.look(page, **ASKED).reading.name == said


def test_any_text_comes_through_unharmed(readers: Readers) -> None:
    assert (
        look(readers, NOTE.replace(">one", ">é日本\U0001f600\n")).reading.name
        == "reé日本\U0001f600"
    )


def test_TB_2_the_words_of_a_trackback_are_those_of_a_page_that_says_nothing(
    readers: Readers,
) -> None:
    asked = {**ASKED, "claims": {"title": "My \ud800<b>title</b>"}}
    assert readers.look(fetched(LINK), **asked).reading.name == "My title"


def test_a_page_without_the_link_is_read_no_further(readers: Readers) -> None:
    gone = f'<meta http-equiv="Status" content="410 Gone">{NOTE}'
    assert look(readers, "<a href=/1>one</a>") == Look(links=False, anchors=1)
    assert look(readers, gone) == Look(links=True, gone=True, anchors=2)


def test_WR_7_a_type_that_no_links_can_be_found_in_is_refused(readers: Readers) -> None:
    page = Fetched(URL, 200, {"content-type": ("image/png",)}, NOTE.encode())
    before = processes(readers)
    with pytest.raises(MessageError, match="a source of the type image/png cannot be read"):
        readers.look(page, **ASKED)
    assert processes(readers) == before


def test_MF_3_the_person_of_a_page_is_told(readers: Readers) -> None:
    card = '<a class="h-card u-uid" href="/notes/1"><img alt="" src="/bea.jpg">Bea</a>'
    assert readers.card(fetched(card)) == Author(
        name="Bea", url=URL, photo="https://other.example/bea.jpg"
    )
    assert readers.card(fetched(NOTE)) is None
    assert readers.card(fetched("<p>x")) is None
    assert readers.card(fetched(card + "<div>" * 300)) is None
    assert readers.card(Fetched(URL, 200, {"content-type": ("image/png",)}, card.encode())) is None


def test_a_process_is_kept_from_page_to_page(readers: Readers) -> None:
    look(readers, NOTE)
    before = processes(readers)
    look(readers, NOTE)
    readers.card(fetched(NOTE))
    assert processes(readers) == before != []


@pytest.mark.parametrize("root", ["h-entry", "h-x-own", "hentry", "vevent", "hreview"])
def test_no_root_that_the_parser_knows_is_passed_over(readers: Readers, root: str) -> None:
    assert look(readers, f'<p class="{root}">x{LINK}</p>').has_post


def test_a_classic_card_is_not_passed_over(readers: Readers) -> None:
    card = '<p class="vcard"><a class="url fn" href="/notes/1">Bea</a></p>'
    assert readers.card(fetched(card)) == Author(name="Bea", url=URL)


@pytest.mark.parametrize("page", WITHIN_ITS_LIMITS)
def test_SEC_10_what_the_parser_can_take_is_read(readers: Readers, page: str) -> None:
    assert address(readers, WITHIN_ITS_LIMITS[page]) == FOUND


@pytest.mark.parametrize("page", UNREAD)
def test_SEC_10_what_the_survey_counts_is_not_parsed(readers: Readers, page: str) -> None:
    before = processes(readers)
    found = look(readers, UNREAD[page])
    assert (found.links, found.whole, found.reading.url) == (True, False, URL)
    assert processes(readers) == before


@pytest.mark.parametrize("page", TOO_COMPLEX)
def test_SEC_10_of_a_bomb_the_link_and_the_head_are_known_and_the_next_page_is_read(
    readers: Readers, page: str
) -> None:
    start = time.monotonic()
    found = look(readers, f"<title>Boom</title>{TOO_COMPLEX[page]}")
    assert time.monotonic() - start < readers.wall + 5
    assert (found.links, found.whole, found.has_post) == (True, False, False)
    assert (found.reading.name, found.reading.url) == ("Boom", URL)
    assert address(readers, NOTE) == FOUND


def test_SEC_10_an_authors_page_that_is_a_bomb_has_no_person(readers: Readers) -> None:
    with pytest.raises(TooComplexError, match="it takes more than its reader is allowed"):
        readers.card(fetched(TOO_COMPLEX["entries in each other"]))


def test_SEC_10_cpu_time_is_limited_for_each_page_not_for_all_of_them() -> None:
    page = NOTE + "<p>text</p>" * 5_000
    with Readers(cpu=1) as some:
        for _ in range(8):
            assert address(some, page) == FOUND
        (pid,) = processes(some)
        assert not look(some, TOO_COMPLEX["entries in each other"]).whole
        assert not alive(pid)


# Much more in memory than on its way here.
LARGE = NOTE + '<p class="h-entry">' + "<br>x" * 19_000


@pytest.fixture(scope="module")
def bare(readers: Readers) -> int:
    """Return the bytes of address space of a process that has read nothing large."""
    with Readers() as some:
        look(some, NOTE)
        (pid,) = processes(some)
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    return pages * mmap.PAGESIZE


def test_SEC_10_memory_is_limited(bare: int) -> None:
    with Readers(cpu=60, wall=60, memory=bare + (8 << 20)) as some:
        assert address(some, NOTE) == FOUND
        assert not look(some, LARGE).whole
        assert address(some, NOTE) == FOUND


def test_SEC_10_a_page_that_no_link_can_be_looked_for_in_is_not_judged_by_its_links(
    bare: int,
) -> None:
    objects = Fetched(URL, 200, {"content-type": ("text/json+json",)}, b"[{}" + b",{}" * 690_000)
    with Readers(cpu=60, wall=60, memory=bare + (16 << 20)) as some:
        with pytest.raises(TooComplexError, match="it cannot be read: MemoryError"):
            some.look(objects, **ASKED)
        assert address(some, NOTE) == FOUND


def program(then: str) -> tuple[str, ...]:
    """Return the command of a process that is ready, and does ``then`` with the first order."""
    code = (
        "import sys, time; from pelican_smo.processes import receive, send\n"
        "out = sys.stdout.buffer\nsend(out, b'{\"spent\": false}')\n"
    )
    return sys.executable, "-c", code + then


def test_SEC_10_a_process_that_does_not_answer_is_ended() -> None:
    with Readers(wall=0.2, command=program("time.sleep(60)")) as some:
        for page in (NOTE, NOTE * 100_000):  # the second does not even fit into the pipe
            with pytest.raises(TooComplexError, match=r"more than 0\.2 seconds"):
                look(some, page)
        assert processes(some) == []


FIRST = b'{"found": {"links": true, "reading": {"url": "https://other.example/x"}, "whole": false}}'


@pytest.mark.parametrize("then", ["", "out.write(b'nonsense')", "time.sleep(60)"])
def test_SEC_10_a_process_that_fails_behind_the_first_look_has_told_that(then: str) -> None:
    answers = f"receive(sys.stdin.buffer, 10000)\nsend(out, {FIRST!r})\n{then}"
    with Readers(wall=0.5, command=program(answers)) as some:
        assert look(some, NOTE) == Look(
            links=True, whole=False, reading=Reading(url="https://other.example/x")
        )
        assert processes(some) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense that is longer than four bytes",
        b"\0",
        b"\0\0\0\x02[]",
        b"\0\0\0\x01{",
        b'\0\0\0\x0c{"found":[]}\0\0\0\x0f{"spent":false}',
        b'\0\0\0\x1e{"found":{"x":1,"reading":{}}}\0\0\0\x0f{"spent":false}',
        b'\0\0\0\x0f{"spent":false}',
        b"\0\0\0\x02{}",
        b"\xff\xff\xff\xff{}",
        b"\0\1\0\0" + b"[" * 65_536,
        b"",
    ],
)
def test_SEC_10_nonsense_for_an_answer_is_told_from_a_look(answer: bytes) -> None:
    answers = f"receive(sys.stdin.buffer, 10000)\nout.write({answer!r})"
    with Readers(command=program(answers)) as some, pytest.raises(TooComplexError):
        look(some, NOTE)


def test_a_process_that_died_while_idle_is_replaced(readers: Readers) -> None:
    look(readers, NOTE)
    (child,) = readers._alive
    child._process.kill()
    child._process.wait()
    assert address(readers, NOTE) == FOUND


def test_a_process_is_replaced_after_so_many_pages() -> None:
    with Readers(documents=3) as some:
        seen = []
        for _ in range(6):
            look(some, NOTE)
            seen.extend(processes(some))
        assert [seen.count(pid) for pid in dict.fromkeys(seen)] == [3, 3]
        assert not alive(seen[0])


def test_a_process_that_has_used_half_its_memory_is_replaced(bare: int) -> None:
    with Readers(memory=2 * bare + (10 << 20)) as some:
        look(some, NOTE)
        first = processes(some)
        assert look(some, LARGE).whole
        look(some, NOTE)
        assert processes(some) != first


def test_many_threads_share_few_processes() -> None:
    found: list[str] = []
    with Readers(2) as some:

        def ask(number: int) -> None:
            for _ in range(5):
                found.append(address(some, NOTE.replace("/1", f"/{number}")))  # noqa: PERF401

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(processes(some)) <= 2
    assert sorted(found) == sorted(f"https://other.example/{n}" for n in range(8) for _ in range(5))


def test_closing_ends_every_process_and_leaves_no_file_open() -> None:
    before = open_files()
    some = Readers(2, cpu=1)
    look(some, NOTE)
    assert not look(some, TOO_COMPLEX["entries in each other"]).whole
    look(some, NOTE)
    pids = processes(some)
    some.close()
    assert pids
    assert not any(map(alive, pids))
    assert open_files() == before
    with pytest.raises(ReceiverError, match="closed"):
        look(some, NOTE)


def test_a_page_is_not_judged_when_its_process_is_closed() -> None:
    some = Readers(cpu=30, wall=60)
    look(some, NOTE)
    caught: list[Exception] = []

    def ask() -> None:
        try:
            look(some, TOO_COMPLEX["entries in each other"])
        except (ReceiverError, TooComplexError) as error:
            caught.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    (child,) = some._alive
    while child.pages < 2:
        time.sleep(0.005)
    some.close()
    thread.join(10)
    assert [type(error) for error in caught] == [ReceiverError]


def test_a_parser_that_cannot_be_started_is_told_with_the_remedy() -> None:
    with Readers(command=(sys.executable, "-c", "import no_such_module")) as some:
        with pytest.raises(ReceiverError, match=r"pip install 'pelican-smo\[linkbacks\]'"):
            look(some, NOTE)
        with pytest.raises(ReceiverError, match="can be started"):
            look(some, NOTE)
    some = Readers(command=("/no/such/program",))
    with some, pytest.raises(ReceiverError, match="can be started"):
        look(some, NOTE)


PARENT = """
import os, sys, time
from pelican_smo.linkbacks.exchange import Fetched
from pelican_smo.linkbacks.readers import Readers
some = Readers()
page = Fetched("https://other.example/", 200, {{}}, {note!r}.encode())
asked = dict(source=page.url, wanted=["https://site.example/one.html"], received=1.0, claims={{}})
some.look(page, **asked)
(child,) = some._alive
print(child._process.pid, flush=True)
{then}
"""


def run(then: str, tmp_path: Path, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PARENT.format(note=NOTE, then=then)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        **options,  # type: ignore[call-overload]
    )


def gone(pid: int) -> bool:
    for _ in range(200):
        if not alive(pid):
            return True
        time.sleep(0.02)
    return False


def test_it_ends_when_the_receiver_is_killed(tmp_path: Path) -> None:
    with run("time.sleep(60)", tmp_path) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    assert gone(pid)


def test_ctrl_c_in_the_terminal_is_not_for_it(tmp_path: Path) -> None:
    """A terminal sends SIGINT to the whole process group: the parser is in none of ours."""
    # What is started in the background is deaf to it, and so would be whatever that starts.
    then = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    then += "try:\n    print('ready', flush=True)\n    time.sleep(60)\n"
    then += "except KeyboardInterrupt:\n    print(some.look(page, **asked).has_post, flush=True)"
    with run(then, tmp_path, start_new_session=True) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        pid = int(parent.stdout.readline())
        assert parent.stdout.readline() == "ready\n"
        os.kill(pid, signal.SIGINT)
        os.killpg(parent.pid, signal.SIGINT)
        answer, said = parent.stdout.read(), parent.stderr.read()
        assert (answer, said) == ("True\n", "")
    assert gone(pid)


def test_it_works_for_a_receiver_without_standard_streams(tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    then = (
        "some.close()\nfor stream in (0, 1, 2):\n    os.close(stream)\n"
        f"with Readers() as more:\n    open({str(answer)!r}, 'w').write("
        "str(more.look(page, **asked).has_post))"
    )
    with run(then, tmp_path) as parent:
        parent.wait()
    assert answer.read_text() == "True"


def test_a_module_in_the_working_folder_is_not_taken_for_the_library(tmp_path: Path) -> None:
    (tmp_path / "mf2py.py").write_text("raise SystemExit('not me')")
    with run("", tmp_path) as parent:
        parent.wait()
    assert parent.returncode == 0
