"""Microformats are parsed where a page can do no harm: in processes that may die of it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pelican_smo.errors import ReceiverError, TooComplexError
from pelican_smo.linkbacks.parsers import Parsers

URL = "https://other.example/notes/1"
NOTE = '<p class="h-entry"><a class="u-url" href="/1">one</a></p>'
WITHIN_ITS_LIMITS = {
    "starts without an end": NOTE + "<a " * 300_000,
    "60,000 attributes": f"{NOTE}<p {' '.join(f'attr{n}' for n in range(60_000))}>",
    "a megabyte of prose": NOTE + f"<p>{'Lorem ipsum ' * 8}</p>\n" * 10_000,
}
TOO_COMPLEX = {
    "20,000 nested entries": '<div class="h-entry">' * 20_000,
    "3,000 nested b": f'<p class="h-entry">{"<b>text" * 3_000}',
    "entries in each other": '<div class="h-entry"><p class="p-name">' * 120 + "<b>x</b>" * 18_000,
    "entries that repeat each other": '<div class="h-entry"><div class="e-content">' * 120
    + "text " * 20_000,
}


@pytest.fixture(scope="module")
def parsers() -> Iterator[Parsers]:
    with Parsers() as some:
        yield some


def urls(found: dict) -> list[str]:
    return found["items"][0]["properties"]["url"]


def processes(parsers: Parsers) -> list[int]:
    return [child._process.pid for child in parsers._alive]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_a_page_is_parsed_with_its_address(parsers: Parsers) -> None:
    assert urls(parsers.parse(NOTE, URL)) == ["https://other.example/1"]


def test_any_text_comes_through_unharmed(parsers: Parsers) -> None:
    found = parsers.parse(NOTE.replace("one", "é\ud800\0日本\U0001f600\n"), URL)
    assert found["items"][0]["properties"]["name"] == ["é\ud800\0日本\U0001f600"]


def test_a_process_is_kept_from_page_to_page(parsers: Parsers) -> None:
    parsers.parse(NOTE, URL)
    before = processes(parsers)
    parsers.parse(NOTE, URL)
    assert processes(parsers) == before != []


def test_a_page_without_any_microformats_needs_no_process() -> None:
    with Parsers() as some:
        assert some.parse("<p>one</p>", URL)["items"] == []
        assert processes(some) == []


@pytest.mark.parametrize(
    "root", ["h-entry", "h-x-own", "hentry", "hfeed", "vevent", "hreview", "vcard"]
)
def test_no_root_that_the_parser_knows_is_passed_over(parsers: Parsers, root: str) -> None:
    assert parsers.parse(f'<p class="{root}">x</p>', URL)["items"]


@pytest.mark.parametrize("page", WITHIN_ITS_LIMITS)
def test_SEC_10_what_the_parser_can_take_is_parsed(parsers: Parsers, page: str) -> None:
    assert urls(parsers.parse(WITHIN_ITS_LIMITS[page], URL)) == ["https://other.example/1"]


@pytest.mark.parametrize("page", TOO_COMPLEX)
def test_SEC_10_a_bomb_is_too_complex_and_the_next_page_is_parsed(
    parsers: Parsers, page: str
) -> None:
    start = time.monotonic()
    with pytest.raises(TooComplexError):
        parsers.parse(TOO_COMPLEX[page], URL)
    assert time.monotonic() - start < parsers.wall + 5
    assert urls(parsers.parse(NOTE, URL)) == ["https://other.example/1"]


def test_SEC_10_cpu_time_is_limited_for_each_page_not_for_all_of_them() -> None:
    page = NOTE + "<p>text</p>" * 5_000
    with Parsers(cpu=1) as some:
        for _ in range(8):
            some.parse(page, URL)
        (pid,) = processes(some)
        with pytest.raises(TooComplexError, match="more than what its parser is allowed"):
            some.parse(TOO_COMPLEX["entries in each other"], URL)
        assert not alive(pid)


def test_SEC_10_memory_is_limited() -> None:
    with Parsers(cpu=60, wall=60, memory=96 << 20) as some:
        some.parse(NOTE, URL)
        with pytest.raises(TooComplexError):
            some.parse('<p class="h-entry">' + "<br>x" * 80_000, URL)
        assert urls(some.parse(NOTE, URL)) == ["https://other.example/1"]


def test_SEC_10_a_process_that_does_not_answer_is_ended() -> None:
    program = (
        "import sys, time; from pelican_smo.linkbacks.child import send\n"
        "send(sys.stdout.buffer, b'{}')\ntime.sleep(60)"
    )
    with Parsers(wall=0.2, command=(sys.executable, "-c", program)) as some:
        for page in (NOTE, NOTE * 100_000):  # the second does not even fit into the pipe
            with pytest.raises(TooComplexError, match=r"more than 0\.2 seconds"):
                some.parse(page, URL)
        assert processes(some) == []


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense that is longer than four bytes",
        b"\0",
        b"\0\0\0\x02[]",
        b"\0\0\0\x01{",
        b'\0\0\0\x0c{"found":[]}',
        b"\xff\xff\xff\xff{}",
        b"\0\1\0\0" + b"[" * 65_536,
        b"",
    ],
)
def test_SEC_10_nonsense_for_an_answer_is_told_from_microformats(answer: bytes) -> None:
    program = (
        "import sys; from pelican_smo.linkbacks.child import receive, send\n"
        "send(sys.stdout.buffer, b'{}')\nreceive(sys.stdin.buffer, 10000)\n"
        f"sys.stdout.buffer.write({answer!r})"
    )
    some = Parsers(command=(sys.executable, "-c", program))
    with some, pytest.raises(TooComplexError):
        some.parse(NOTE, URL)


def test_a_process_that_died_while_idle_is_replaced(parsers: Parsers) -> None:
    parsers.parse(NOTE, URL)
    (child,) = parsers._alive
    child._process.kill()
    child._process.wait()
    assert urls(parsers.parse(NOTE, URL)) == ["https://other.example/1"]


def test_a_process_is_replaced_after_so_many_pages() -> None:
    with Parsers(documents=3) as some:
        seen = []
        for _ in range(6):
            some.parse(NOTE, URL)
            seen.extend(processes(some))
        assert [seen.count(pid) for pid in dict.fromkeys(seen)] == [3, 3]
        assert not alive(seen[0])


def test_a_process_that_has_used_half_its_memory_is_replaced() -> None:
    with Parsers(memory=180 << 20) as some:
        some.parse(NOTE, URL)
        first = processes(some)
        some.parse(NOTE + "<br>x" * 60_000, URL)
        some.parse(NOTE, URL)
        assert processes(some) != first


def test_many_threads_share_few_processes() -> None:
    found: list[str] = []
    with Parsers(2) as some:

        def ask(number: int) -> None:
            for _ in range(5):
                page = NOTE.replace("/1", f"/{number}")
                found.extend(urls(some.parse(page, URL)))

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(processes(some)) <= 2
    assert sorted(found) == sorted(f"https://other.example/{n}" for n in range(8) for _ in range(5))


def test_closing_ends_every_process_and_leaves_no_file_open() -> None:
    before = open_files()
    some = Parsers(2)
    some.parse(NOTE, URL)
    with pytest.raises(TooComplexError):
        some.parse(TOO_COMPLEX["3,000 nested b"], URL)
    some.parse(NOTE, URL)
    pids = processes(some)
    some.close()
    assert pids
    assert not any(map(alive, pids))
    assert open_files() == before
    with pytest.raises(ReceiverError, match="closed"):
        some.parse(NOTE, URL)


def test_a_page_is_not_judged_when_its_process_is_closed() -> None:
    some = Parsers(cpu=30, wall=60)
    some.parse(NOTE, URL)
    caught: list[Exception] = []

    def ask() -> None:
        try:
            some.parse(TOO_COMPLEX["entries in each other"], URL)
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
    with Parsers(command=(sys.executable, "-c", "import no_such_module")) as some:
        with pytest.raises(ReceiverError, match=r"pip install 'pelican-smo\[linkbacks\]'"):
            some.parse(NOTE, URL)
        with pytest.raises(ReceiverError, match="can be started"):
            some.parse(NOTE, URL)
    some = Parsers(command=("/no/such/program",))
    with some, pytest.raises(ReceiverError, match="can be started"):
        some.parse(NOTE, URL)


PARENT = """
import os, sys, time
from pelican_smo.linkbacks.parsers import Parsers
some = Parsers()
some.parse({note!r}, "https://other.example/")
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
    then = "try:\n    print('ready', flush=True)\n    time.sleep(60)\n"
    then += "except KeyboardInterrupt:\n    print(some.parse"
    then += f"({NOTE!r}, 'https://other.example/')['items'] != [], flush=True)"
    with run(then, tmp_path, start_new_session=True) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        pid = int(parent.stdout.readline())
        assert parent.stdout.readline() == "ready\n"
        os.kill(pid, signal.SIGINT)
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.stdout.read().strip() == "True"
        assert parent.stderr.read() == ""
    assert gone(pid)


def test_it_works_for_a_receiver_without_standard_streams(tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    then = (
        "some.close()\nfor stream in (0, 1, 2):\n    os.close(stream)\n"
        f"with Parsers() as more:\n    open({str(answer)!r}, 'w').write("
        f"str(len(more.parse({NOTE!r}, 'https://other.example/')['items'])))"
    )
    with run(then, tmp_path) as parent:
        parent.wait()
    assert answer.read_text() == "1"


def test_a_module_in_the_working_folder_is_not_taken_for_the_library(tmp_path: Path) -> None:
    (tmp_path / "mf2py.py").write_text("raise SystemExit('not me')")
    with run("", tmp_path) as parent:
        parent.wait()
    assert parent.returncode == 0
