import contextlib
import os
import time

import pytest

from emoaff.prediction.processes import run_in_processes
from tests.prediction.process_work import Unable
from tests.prediction.process_work import Work


def test_every_item_is_done_once_and_a_death_costs_its_item_alone():
    items = [1, -1, *range(2, 8)]
    done = dict(run_in_processes(Work(), items, 2))
    assert set(done) == set(items)
    died = done.pop(-1)
    assert isinstance(died, OSError) and "status 9" in str(died)
    assert {number: value for number, (value, _) in done.items()} == {
        number: 2 * number for number in range(1, 8)
    }
    processes = {process for _, process in done.values()}
    assert os.getpid() not in processes and len(processes) <= 3


def test_an_error_ends_all_of_them_soon():
    began = time.monotonic()
    with pytest.raises(LookupError, match="no such thing"):
        list(run_in_processes(Work(), [1, -3, -2], 2))
    assert time.monotonic() - began < 300


def test_who_stops_asking_ends_work_that_would_go_on():
    began = time.monotonic()
    with contextlib.closing(run_in_processes(Work(), [1, -3], 2)) as done:
        assert next(done)[0] == 1
        closing = time.monotonic()
    assert time.monotonic() - closing < 5  # 1.5 and what a busy machine adds
    assert time.monotonic() - began < 300


def test_processes_that_cannot_begin_are_no_fault_of_the_items():
    with pytest.raises(RuntimeError, match="begin its work"):
        list(run_in_processes(Unable(), [1, 2], 1))
