"""How much one sender may send (SEC-1, SEC-15), with a clock that stands where a test puts it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelican_smo.receiver.quota import Buckets, Quota, client_key, network


class Clock:
    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


def test_sec_15_a_client_has_its_burst_and_then_thirty_a_minute() -> None:
    clock = Clock()
    quota = Quota(clock=clock)
    assert [quota.client("a") for _ in range(60)] == [0] * 60
    assert quota.client("a") == 2.0
    assert quota.client("b") == 0
    clock.now += 1.5
    assert quota.client("a") == 0.5
    clock.now += 0.5
    assert quota.client("a") == 0
    assert quota.client("a") == 2.0


def test_sec_1_a_source_host_has_sixty_an_hour_whoever_sends() -> None:
    clock = Clock()
    quota = Quota(clock=clock)
    links = (f"one https://b.example/{number}" for number in itertools.count())
    assert [quota.host("b.example", next(links)) for _ in range(60)] == [0] * 60
    assert quota.host("b.example", next(links)) == 60.0
    clock.now += 3600
    assert [quota.host("b.example", next(links)) for _ in range(60)] == [0] * 60
    assert quota.host("b.example", next(links)) == 60.0


def test_sec_1_a_link_counts_once_an_hour_however_often_it_is_sent() -> None:
    clock = Clock()
    quota = Quota(host_an_hour=1, host_burst=2, clock=clock)
    assert [quota.host("b.example", "one https://b.example/") for _ in range(9)] == [0] * 9
    assert quota.host("b.example", "two https://b.example/") == 0
    assert quota.host("b.example", "three https://b.example/") == 3600.0
    # What was refused is not known by it.
    assert quota.host("b.example", "three https://b.example/") == 3600.0
    assert quota.host("b.example", "one https://b.example/") == 0
    clock.now += 3600
    assert quota.host("b.example", "one https://b.example/") == 0
    assert quota.host("b.example", "two https://b.example/") == 3600.0


def test_the_links_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pelican_smo.receiver.quota.MOST_KEYS", 100)
    quota = Quota(host_burst=1e9, clock=Clock())
    for number in range(1000):
        quota.host(f"b{number}.example", str(number))
    assert len(quota._links) == 100


def test_asking_again_and_again_does_not_put_off_the_next_token() -> None:
    clock = Clock()
    buckets = Buckets(1.0, 1, clock=clock)
    assert buckets.take("a") == 0
    waits = []
    for _ in range(8):
        clock.now += 0.125
        waits.append(buckets.take("a"))
    assert waits == [0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0]


def test_zero_turns_a_quota_off_and_remembers_nobody() -> None:
    quota = Quota(client_a_minute=0, host_an_hour=0)
    assert {quota.client("a") for _ in range(1000)} == {0}
    assert {quota.host("a", str(number)) for number in range(1000)} == {0}
    buckets = Buckets(0, 1)
    buckets.take("a")
    assert len(buckets) == 0


def test_a_clock_that_jumps_back_takes_nothing_away() -> None:
    clock = Clock()
    buckets = Buckets(1.0, 2, clock=clock)
    buckets.take("a")
    clock.now -= 1000
    assert buckets.take("a") == 0
    clock.now += 1
    assert buckets.take("a") == 0


def test_memory_is_bounded_and_the_longest_unseen_are_forgotten() -> None:
    buckets = Buckets(1.0, 1, most=100, clock=Clock())
    for number in range(1000):
        buckets.take(f"other {number}")
        buckets.take("busy")
    assert len(buckets) == 100
    assert buckets.take("busy") > 0
    assert buckets.take("other 0") == 0


@given(st.lists(st.floats(0, 100), max_size=200))
def test_nobody_ever_gets_more_than_burst_and_rate_allow(pauses: list[float]) -> None:
    clock = Clock()
    buckets = Buckets(0.5, 3, clock=clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += buckets.take("a") == 0
    assert taken <= 3 + sum(pauses) * 0.5 + 1e-6


def test_a_client_is_its_network() -> None:
    assert network("192.0.2.7") == network("192.0.2.200") == "192.0.2.0/24"
    assert network("192.0.3.7") == "192.0.3.0/24"
    assert network("2001:db8:0:aa00::1") == network("2001:db8:0:aaff:1::2")
    assert network("2001:db8:0:ab00::1") == "2001:db8:0:ab00::/56"
    assert network("::ffff:192.0.2.9") == "192.0.2.0/24"
    assert network("fe80::1%eth0") == "fe80::/56"
    assert network("") == ""
    assert network("x" * 1000) == "x" * 64


@given(st.text(max_size=80))
def test_any_client_address_has_a_network(address: str) -> None:
    assert isinstance(network(address), str)


def test_sec_24_a_client_is_only_known_by_a_hash_that_needs_the_secret() -> None:
    one, two = client_key(b"one"), client_key(b"two")
    assert one("192.0.2.7") == one("192.0.2.8") == client_key(b"one")("192.0.2.9")
    assert len({one("192.0.2.7"), two("192.0.2.7"), one("192.0.3.7")}) == 3
    assert len(one("192.0.2.7")) == 32
    assert "192" not in one("192.0.2.7")
    one("\ud800")
