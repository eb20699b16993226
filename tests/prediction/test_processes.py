import contextlib
import os
import sys
import time

import pytest

from emoaff.prediction import processes
from emoaff.prediction.processes import run_in_processes
from emoaff_cli import early_processes
from tests.prediction.process_work import Look
from tests.prediction.process_work import Unable
from tests.prediction.process_work import Work


@pytest.fixture(params=["spawn", "forkserver"])
def method(request, monkeypatch):
    if request.param == "forkserver" and sys.platform != "linux":
        pytest.skip("processes are forked on Linux alone")
    monkeypatch.setattr(processes, "METHOD", request.param)


@pytest.mark.usefixtures("method")
def test_every_item_is_done_once_and_a_death_costs_its_item_alone():
    items = [1, -1, *range(2, 8)]
    done = dict(run_in_processes(Work(), items, 2))
    assert set(done) == set(items)
    died = done.pop(-1)
    assert isinstance(died, OSError) and "status 9" in str(died)
    assert {number: value for number, (value, _) in done.items()} == {
        number: 2 * number for number in range(1, 8)
    }
    numbers = {process for _, process in done.values()}
    assert os.getpid() not in numbers and len(numbers) <= 3


@pytest.mark.usefixtures("method")
def test_a_process_has_the_variables_of_this_moment(monkeypatch):
    for value in ("first", "second"):
        monkeypatch.setenv("EMOAFF_TEST", value)
        done = dict(run_in_processes(Look(), ["EMOAFF_TEST"], 1))
        assert done == {"EMOAFF_TEST": value}


@pytest.mark.usefixtures("method")
def test_processes_know_when_others_fill_the_cores(monkeypatch):
    monkeypatch.setattr(processes, "_CORES", 2)
    last = "cores, once another has ended"
    assert dict(run_in_processes(Look(), ["cores", last], 2)) == {
        "cores": True,
        last: False,
    }
    assert dict(run_in_processes(Look(), ["cores"], 2)) == {"cores": False}
    monkeypatch.setattr(processes, "_CORES", 3)
    assert dict(run_in_processes(Look(), ["cores"] * 2, 2)) == {"cores": False}


def test_the_command_loads_early_what_processes_will_be_forked_from():
    assert early_processes.PRELOADED == processes.PRELOADED


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
