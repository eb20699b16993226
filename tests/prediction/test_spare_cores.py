import threading

import pytest

from emoaff.prediction.running import run_ahead
from emoaff.prediction.spare_cores import watch


class Flag:
    value = True


@pytest.fixture
def crowded():
    watch(Flag())
    yield Flag
    watch(None)
    Flag.value = True


def test_no_thread_works_ahead_while_others_fill_the_cores(crowded):
    names = []

    def items():
        for i in range(6):
            names.append(threading.current_thread().name)
            yield i

    ahead = run_ahead(items())
    assert [next(ahead) for _ in range(3)] == [0, 1, 2]
    assert names == [threading.current_thread().name] * 3  # none ahead
    crowded.value = False
    assert list(ahead) == [3, 4, 5]
    assert names[3:] == ["emoaff-ahead"] * 3
    names = [thread.name for thread in threading.enumerate()]
    assert "emoaff-ahead" not in names


def test_without_a_thread_errors_and_closing_are_as_with_one(crowded):
    closed = []

    def items():
        try:
            yield 1
            raise ValueError("the second")
        finally:
            closed.append(threading.current_thread().name)

    ahead = run_ahead(run_ahead(items()))
    assert next(ahead) == 1
    ahead.close()
    assert len(closed) == 1
    ahead = run_ahead(items())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="the second"):
        next(ahead)
    assert len(closed) == 2
