"""One host is asked at a measured pace, however many threads and names there are (SEC-1)."""

import threading
from contextlib import ExitStack

import pytest

from pelican_smo.errors import FetchError
from pelican_smo.linkbacks.pace import Pace


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refusal(pace: Pace, *keys: str) -> float:
    with pytest.raises(FetchError) as caught, pace.enter(*keys):
        pass
    assert caught.value.problem == "busy"
    return caught.value.retry_after


def test_two_starts_lie_a_spacing_apart() -> None:
    clock = Clock()
    pace = Pace(spacing=2.0, clock=clock)
    with pace.enter("a.example"):
        pass
    clock.now += 0.5
    assert refusal(pace, "a.example") == 1.5
    clock.now += 1.5
    with pace.enter("a.example"):
        pass


def test_no_more_than_two_run_at_once() -> None:
    clock = Clock()
    pace = Pace(spacing=1.0, concurrent=2, clock=clock)
    with ExitStack() as held:
        held.enter_context(pace.enter("a.example"))
        clock.now += 10
        held.enter_context(pace.enter("a.example"))
        clock.now += 10
        assert refusal(pace, "a.example") == 1.0
    with pace.enter("a.example"):
        pass


def test_a_turn_ends_with_an_error_too() -> None:
    pace = Pace(spacing=0, concurrent=1)
    with pytest.raises(KeyError), pace.enter("a.example"):
        raise KeyError
    with pace.enter("a.example"):
        pass


def test_hosts_do_not_wait_for_each_other() -> None:
    pace = Pace(clock=Clock())
    with pace.enter("a.example"), pace.enter("b.example"):
        pass


def test_SEC_1_many_names_of_one_address_share_its_pace() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    with pace.enter("a.example", "93.184.216.34/32"):
        pass
    assert refusal(pace, "b.example", "93.184.216.34/32") == 1.0


def test_a_refused_turn_of_one_key_takes_none_of_another() -> None:
    pace = Pace(clock=Clock())
    with pace.enter("a.example"):
        pass
    refusal(pace, "a.example", "b.example")
    with pace.enter("b.example"):
        pass


def test_idle_hosts_are_forgotten_and_running_ones_are_not() -> None:
    clock = Clock()
    pace = Pace(clock=clock, capacity=100, concurrent=1)
    with pace.enter("slow.example"):
        for number in range(1000):
            clock.now += 0.5
            with pace.enter(f"{number}.example"):
                pass
            assert len(pace) <= 100
        assert refusal(pace, "slow.example") == 1.0


def test_more_hosts_than_can_be_counted_are_told_to_wait() -> None:
    clock = Clock()
    pace = Pace(clock=clock, capacity=3)
    for name in ("a", "b", "c"):
        with pace.enter(name):
            pass
    assert refusal(pace, "d") == 1.0
    clock.now += 1
    with pace.enter("d"):
        pass


def test_threads_share_one_count() -> None:
    pace, most, running, lock = Pace(spacing=0, concurrent=2), 0, 0, threading.Lock()

    def ask() -> None:
        nonlocal most, running
        for _ in range(300):
            try:
                with pace.enter("a.example"):
                    with lock:
                        running += 1
                        most = max(most, running)
                    with lock:
                        running -= 1
            except FetchError as busy:
                assert busy.problem == "busy"  # noqa: PT017

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most <= 2, running) == (True, 0)
    with pace.enter("a.example"), pace.enter("a.example"):
        assert refusal(pace, "a.example") == 1.0
