"""Many cards are drawn by processes that may die of one, and none is the worse for it."""

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cards.engines import Painter, card
from pelican_smo.cards.draw import Encoded
from pelican_smo.cards.engine import Drawing
from pelican_smo.cards.pool import FEW, cores, draw_all
from pelican_smo.cards.progress import shown
from pelican_smo.cards.takumi import Takumi
from pelican_smo.errors import CardError, PassingError

Drawings = Iterable[tuple[str, Drawing]]


def painted(text: str, folder: Path) -> Drawing:
    """Return a card for a Painter, who notes in ``folder`` that it was begun."""
    return Drawing(html=text, css=str(folder), fonts=())


def some(folder: Path, *texts: str) -> list[tuple[str, Drawing]]:
    """Return enough cards for processes to draw them, ``texts`` among the first."""
    names = [*texts, *(f"n{number}" for number in range(FEW + 6))]
    return [(name, painted(name, folder)) for name in names]


def drawn(drawings: Drawings, **options: object) -> dict[str, Encoded | CardError]:
    chosen: dict[str, object] = {"workers": 2, "patience": 20.0, **options}
    return dict(draw_all(drawings, Painter(), **chosen))  # type: ignore[arg-type]


def begun(folder: Path) -> list[tuple[str, int]]:
    """Return the text of each card that a Painter began, and in which process."""
    notes = sorted(path for path in folder.iterdir() if path.suffix)
    return [(note.read_text(), int(note.suffix[1:])) for note in notes]


def failures(cards: dict[str, Encoded | CardError]) -> dict[str, str]:
    return {name: str(one) for name, one in cards.items() if isinstance(one, CardError)}


def is_gone(pid: int, patience: float = 5.0) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            # Not one that has ended and is not yet asked for how it did.
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_the_bytes_depend_on_neither_workers_nor_order_nor_run() -> None:
    cards = [(f"card {number}", card(f"Card <b>{number}</b>")) for number in range(FEW)]
    engine = Takumi()
    found = []
    for workers in (0, 1, 2):
        random.Random(workers).shuffle(cards)
        found.append(dict(draw_all(cards, engine, workers=workers)))
    assert found[0] == found[1] == found[2]
    assert len({one.data for one in found[0].values() if isinstance(one, Encoded)}) == FEW


def test_few_are_drawn_here(tmp_path: Path) -> None:
    few = some(tmp_path)[: FEW - 1]
    assert [*drawn(few, command=["/nowhere"])] == [name for name, _ in few]
    assert {pid for _, pid in begun(tmp_path)} == {os.getpid()}


def test_without_workers_all_are_drawn_here(tmp_path: Path) -> None:
    assert len(drawn(some(tmp_path), workers=0)) == FEW + 6
    assert {pid for _, pid in begun(tmp_path)} == {os.getpid()}


def test_more_are_drawn_elsewhere_and_each_once(tmp_path: Path) -> None:
    cards = some(tmp_path)
    assert failures(drawn(cards)) == {}
    assert sorted(text for text, _ in begun(tmp_path)) == sorted(name for name, _ in cards)
    pids = {pid for _, pid in begun(tmp_path)}
    assert os.getpid() not in pids
    assert all(is_gone(pid) for pid in pids)


def test_a_reason_comes_through_unharmed(tmp_path: Path) -> None:
    found = drawn(some(tmp_path, "refuse"))["refuse"]
    assert isinstance(found, CardError)
    assert (type(found), str(found)) == (
        CardError,
        "logo.svg: is no picture; save it as PNG",
    )
    missing = ("missing", card("x", images={"logo": tmp_path / "logo.png"}))
    again = drawn([missing, *some(tmp_path)])["missing"]
    assert isinstance(again, PassingError)
    assert again.where == str(tmp_path / "logo.png")


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        ("crash", "the card engine crashed; choose another layout or picture"),
        ("exit", "the card engine crashed; choose another layout or picture"),
        ("kill", "the card engine was killed; give the build more memory"),
    ],
)
def test_a_card_that_ends_its_process_is_tried_twice_and_others_lose_nothing(
    tmp_path: Path, order: str, problem: str
) -> None:
    found = drawn(some(tmp_path, "a", order, "b"))
    assert failures(found) == {order: problem}
    assert isinstance(found[order], PassingError)
    assert len(found) == FEW + 9
    texts = [text for text, _ in begun(tmp_path)]
    assert texts.count(order) == 2
    assert texts[-1] == order  # alone, when the others are done
    assert len(texts) == FEW + 10


def test_a_card_on_which_the_engine_hangs_is_given_up(tmp_path: Path) -> None:
    found = drawn(some(tmp_path, "hang"), patience=0.5)
    assert failures(found) == {
        "hang": "the card engine took more than 0.5 seconds; choose another layout or picture"
    }
    assert all(is_gone(pid) for _, pid in begun(tmp_path))


def test_a_card_that_was_not_to_blame_is_drawn(tmp_path: Path) -> None:
    assert failures(drawn(some(tmp_path, "faint"))) == {}


def test_a_process_may_be_killed_at_any_time(tmp_path: Path) -> None:
    cards, found, killed = some(tmp_path, *("x" * n for n in range(1, 30))), {}, 0
    for name, one in draw_all(cards, Painter(), workers=2):
        found[name] = one
        if len(found) in (5, 20, 40):
            _, pid = begun(tmp_path)[-1]
            os.kill(pid, signal.SIGKILL)
            killed += 1
    assert (failures(found), len(found), killed) == ({}, FEW + 35, 3)


def test_an_engine_that_dies_of_every_card_is_not_asked_for_ever(tmp_path: Path) -> None:
    cards = [(str(number), painted("exit", tmp_path)) for number in range(200)]
    found = drawn(cards)
    assert {*failures(found).values()} == {
        "the card engine crashed; choose another layout or picture"
    }
    assert len(found) == 200
    assert len(begun(tmp_path)) <= 30


def test_after_many_losses_in_a_row_the_others_are_drawn_alone(tmp_path: Path) -> None:
    cards = [(str(number), painted("exit", tmp_path)) for number in range(7)]
    faint = [(f"f{number}", painted("faint", tmp_path)) for number in range(2)]
    found = drawn([*cards, *faint, *some(tmp_path)])
    assert {*failures(found)} == {str(number) for number in range(7)}


@pytest.mark.parametrize(
    "command",
    [
        ["/nowhere"],
        [""],
        [sys.executable, "-c", "pass"],
        [sys.executable, "-c", "print('no message')"],
        [sys.executable, "-P", "-m", "pelican_smo.cards.worker", "cards.engines:Nobody"],
    ],
)
def test_where_no_process_can_be_had_all_are_drawn_here(
    tmp_path: Path, command: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert failures(drawn(some(tmp_path), command=command)) == {}
    assert {pid for _, pid in begun(tmp_path)} == {os.getpid()}
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("answer", [b"{}", b"nonsense", b"[]", b'{"passes":1}', b"\xff"])
def test_nonsense_for_an_answer_is_a_loss(answer: bytes) -> None:
    code = (
        "import sys; from pelican_smo.processes import receive, send\n"
        "out = sys.stdout.buffer\nsend(out, b'{}')\n"
        f"receive(sys.stdin.buffer, 99999)\nsend(out, {answer!r})"
    )
    cards = [(str(number), card("x")) for number in range(FEW)]
    found = drawn(cards, command=[sys.executable, "-c", code], workers=1)
    assert len(found) == FEW
    assert all(isinstance(one, PassingError) for one in found.values())


def test_half_an_answer_is_a_loss() -> None:
    code = (
        "import sys; from pelican_smo.processes import receive, send\n"
        "out = sys.stdout.buffer\nsend(out, b'{}')\n"
        'receive(sys.stdin.buffer, 99999)\nout.write(b\'\\0\\0\\1\\0{"form": "png"}\\nhalf\')'
    )
    cards = [(str(number), card("x")) for number in range(FEW)]
    found = drawn(cards, command=[sys.executable, "-c", code], workers=1)
    assert all(isinstance(one, PassingError) for one in found.values())


def test_cards_are_prepared_while_others_are_drawn_but_not_far_ahead(tmp_path: Path) -> None:
    taken = 0

    def prepared() -> Iterator[tuple[str, Drawing]]:
        nonlocal taken
        for one in some(tmp_path, *("x" * n for n in range(1, 60))):
            taken += 1
            yield one

    ahead = []
    for number, _ in enumerate(draw_all(prepared(), Painter(), workers=2)):
        ahead.append(taken - number)
    assert max(ahead) <= FEW + 1
    assert max(ahead[FEW:]) <= 9


class TroubleError(Exception):
    pass


@pytest.mark.parametrize("error", [TroubleError, KeyboardInterrupt])
def test_what_goes_wrong_here_ends_the_processes(
    tmp_path: Path, error: type[BaseException]
) -> None:
    def prepared() -> Iterator[tuple[str, Drawing]]:
        yield from some(tmp_path, "hang", *("x" * n for n in range(1, 30)))
        raise error

    with pytest.raises(error):
        drawn(prepared())
    pids = {pid for _, pid in begun(tmp_path)}
    assert pids
    assert all(is_gone(pid) for pid in pids)


SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from cards.engines import Painter
from cards.test_pool import some
from pelican_smo.cards.pool import draw_all
try:
    for name, _ in draw_all(some(Path(sys.argv[1]), "hang", "hang too"), Painter(), workers=2):
        print(name, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def parent(folder: Path) -> "subprocess.Popen[str]":
    """Return a process that waits for two which hang."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    deadline = time.monotonic() + 20
    while len(begun(folder)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    return process


def test_ctrl_c_ends_them_at_once(tmp_path: Path) -> None:
    with parent(tmp_path) as process:
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.read() == "interrupted\n"
    assert process.returncode == 0
    assert {text for text, _ in begun(tmp_path)} == {"hang", "hang too"}
    assert all(is_gone(pid) for _, pid in begun(tmp_path))


def test_no_process_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = SCRIPT.replace('"hang", "hang too"', '"a"').replace("print(name", "input(name")
    process = subprocess.Popen(
        [sys.executable, "-c", script.replace(", flush=True", "", 1), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    with process:
        assert process.stdout is not None
        process.stdout.read(1)  # it has a card, and waits
        process.kill()
    pids = {pid for _, pid in begun(tmp_path)}
    assert pids
    assert all(is_gone(pid) for pid in pids)


def test_a_process_imports_neither_pelican_nor_jinja() -> None:
    code = "import pelican_smo.cards.worker, pelican_smo.cards.takumi, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"pelican", "jinja2", "rich", "imagesize", "PIL", "budoux"}.isdisjoint(
        done.stdout.split()
    )


def test_there_are_as_many_processes_as_cores_but_no_more_than_four() -> None:
    assert 1 <= cores() <= 4


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def bar(stream: io.StringIO, total: int, seconds: float) -> str:
    """Return what is shown of ``total`` cards of which each takes so many seconds."""
    now = 0.0
    with shown(total, Console(file=stream), lambda: now) as step:
        for _ in range(total):
            now += seconds
            step()
    return stream.getvalue()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


def test_who_waits_for_more_than_a_second_sees_how_far_it_is(terminal: Terminal) -> None:
    assert "Drawing cards" in bar(terminal, 100, 0.02)


def test_a_bar_is_not_shown_for_a_second(terminal: Terminal) -> None:
    assert bar(terminal, 100, 0.01) == ""


def test_the_first_cards_say_nothing_of_the_pace(terminal: Terminal) -> None:
    assert bar(terminal, 7, 10.0) == ""


def test_nobody_sees_a_bar_in_a_file_in_ci_or_on_a_dumb_terminal(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bar(io.StringIO(), 100, 1.0) == ""
    monkeypatch.setenv("TERM", "dumb")
    assert bar(terminal, 100, 1.0) == ""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("CI", "true")
    assert bar(terminal, 100, 1.0) == ""


def test_each_card_is_counted(tmp_path: Path) -> None:
    counted = []
    found = drawn(some(tmp_path, "refuse", "exit"), progress=lambda: counted.append(1))
    assert len(counted) == len(found) == FEW + 8
