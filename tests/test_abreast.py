"""Work shared between two processes: in order, whole, and alone when the other one is no more."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.abreast import CHUNK, Abreast

MANY = 20 * CHUNK + 7


def doubled(number: int) -> int:
    return 2 * number


def process_of(_: int) -> int:
    return os.getpid()


def failing_at(number: int) -> int:
    if number == MANY // 2:
        raise ZeroDivisionError
    return number


def dying_elsewhere(home: tuple[int, int]) -> int:
    pid, number = home
    if os.getpid() != pid:
        os._exit(3)
    return number


@pytest.fixture
def abreast():
    with Abreast(alone=0) as abreast:
        yield abreast


@pytest.mark.parametrize("count", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, MANY])
def test_everything_is_done_once_and_in_order(abreast, count):
    assert [*abreast.map(doubled, range(count))] == [2 * number for number in range(count)]


def test_one_sharing_serves_many_lists(abreast):
    for count in (5, 50, 0, 70):
        assert [*abreast.map(doubled, range(count))] == [*map(doubled, range(count))]


def test_what_was_not_waited_for_is_not_given_to_another(abreast):
    for _ in range(3):
        assert next(abreast.map(doubled, range(MANY))) == 0
    assert [*abreast.map(str, range(MANY))] == [*map(str, range(MANY))]


def test_two_processes_take_part(abreast):
    assert len({*abreast.map(process_of, range(MANY))}) == 2


def test_a_little_work_is_done_alone():
    with Abreast(alone=MANY) as abreast:
        assert {*abreast.map(process_of, range(MANY))} == {os.getpid()}


def test_a_lost_process_loses_no_work(abreast, caplog):
    items = [(os.getpid(), number) for number in range(MANY)]
    with caplog.at_level(logging.WARNING):
        assert [*abreast.map(dying_elsewhere, items)] == [*range(MANY)]
    assert "second process lost" in caplog.text


def test_where_no_process_can_be_started_the_work_is_done_alone(abreast, monkeypatch, caplog):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert {*abreast.map(process_of, range(MANY))} == {os.getpid()}
    assert "no second process" in caplog.text


def test_a_bug_shows_here_wherever_it_struck(abreast):
    with pytest.raises(ZeroDivisionError):
        [*abreast.map(failing_at, range(MANY))]


def test_nothing_goes_on_after_the_end():
    with Abreast(alone=0) as abreast:
        other = ({*abreast.map(process_of, range(MANY))} - {os.getpid()}).pop()
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def test_a_killed_process_takes_the_other_with_it():
    script = (
        "import sys, time\n"
        "from indexer.abreast import Abreast\n"
        "from tests.test_abreast import process_of\n"
        "with Abreast(alone=0) as abreast:\n"
        "    print(*{*abreast.map(process_of, range(500))}, flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=root
    ) as process:
        assert process.stdout is not None
        (other,) = {*map(int, process.stdout.readline().split())} - {process.pid}
        process.send_signal(signal.SIGKILL)
        process.wait()
    deadline = time.monotonic() + 20
    while Path(f"/proc/{other}").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{other}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        assert not Path(f"/proc/{other}").exists()
