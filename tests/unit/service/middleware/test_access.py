"""service.middleware.access: keys and the rate limit."""

from pathlib import Path

import pytest

from service.middleware.access import MINUTE, ApiKeys, RateLimit


def test_every_key_of_several_is_let_in_and_nothing_else() -> None:
    keys = ApiKeys(["one", "two"])
    assert keys.allow("one")
    assert keys.allow("two")
    assert not keys.allow("")
    assert not keys.allow("on")
    assert not keys.allow("öne")


def test_no_keys_are_false() -> None:
    assert not ApiKeys([])
    assert ApiKeys(["one"])


def test_a_minute_of_requests_may_arrive_at_once_then_one_each_interval() -> None:
    rate = RateLimit(per_minute=6)
    assert [rate.wait_seconds("a", now=100.0) for _ in range(6)] == [0.0] * 6
    assert rate.wait_seconds("a", now=100.0) == pytest.approx(10.0)
    assert rate.wait_seconds("a", now=109.0) == pytest.approx(1.0)
    assert rate.wait_seconds("a", now=110.0) == 0.0
    assert rate.wait_seconds("a", now=110.0) > 0


def test_clients_do_not_share_a_limit() -> None:
    rate = RateLimit(per_minute=1)
    assert rate.wait_seconds("a", now=0.0) == 0.0
    assert rate.wait_seconds("a", now=0.0) > 0
    assert rate.wait_seconds("b", now=0.0) == 0.0


def test_workers_count_together_through_the_file(tmp_path: Path) -> None:
    workers = [RateLimit(per_minute=4, path=tmp_path / "slots") for _ in range(2)]
    passed = [workers[n % 2].wait_seconds("a", now=5.0) == 0 for n in range(6)]
    assert passed == [True] * 4 + [False] * 2


def test_slots_left_from_before_a_reboot_refuse_no_client(tmp_path: Path) -> None:
    RateLimit(per_minute=1, path=tmp_path / "slots").wait_seconds("a", now=1e6)
    assert RateLimit(per_minute=1, path=tmp_path / "slots").wait_seconds("a", now=MINUTE) == 0.0


def test_a_refused_request_does_not_make_the_wait_longer() -> None:
    rate = RateLimit(per_minute=1)
    rate.wait_seconds("a", now=0.0)
    waits = [rate.wait_seconds("a", now=1.0) for _ in range(3)]
    assert waits == [pytest.approx(59.0)] * 3
