import itertools
import threading

import numpy as np
import pytest

import emoaff
from emoaff.prediction.running_ahead import run_ahead
from tests.sample import CLIP


def list_threads():
    return [t for t in threading.enumerate() if t.name == "emoaff-ahead"]


def test_items_come_in_order_and_the_thread_ends():
    assert list(run_ahead(range(1000), 3)) == list(range(1000))
    assert list(run_ahead([], 3)) == []
    assert not list_threads()


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        yield 2
        raise ValueError("the third")

    ahead = run_ahead(items())
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(ahead)
    assert not list_threads()


@pytest.mark.parametrize(
    ("most", "size", "allowed"), [(5, 0, 5), (100, 10_000_000, 3)]
)
def test_no_more_items_wait_than_are_allowed(most, size, allowed):
    made = []

    def items():
        for i in range(50):
            made.append(i)
            yield i

    ahead = run_ahead(items(), most, lambda item: size)
    for i, taken in enumerate(ahead):
        threading.Event().wait(0.002)
        # One more is in the thread's hands.
        assert len(made) <= i + 1 + allowed + 1
        assert taken == i


def test_closing_ends_the_thread_and_what_it_reads():
    closed = []

    def items():
        try:
            yield from itertools.count()
        finally:
            closed.append(threading.current_thread().name)

    ahead = run_ahead(run_ahead(items(), 2), 2)
    assert next(ahead) == 0
    ahead.close()
    assert closed == ["emoaff-ahead"]
    assert not list_threads()


def test_both_engines_find_the_same_boxes_and_labels_in_a_clip():
    keras, litert = (
        list(emoaff.predict_video(CLIP, engine=name))
        for name in ("keras", "litert")
    )
    assert len(keras) == len(litert) > 40
    for ours, theirs in zip(litert, keras, strict=True):
        assert (ours.frame, ours.person) == (theirs.frame, theirs.person)
        assert ours.doubt == theirs.doubt
        if theirs.person is None:
            continue
        np.testing.assert_allclose(ours.box, theirs.box, atol=0.01)
        for name in ("probabilities", "smoothed"):
            found, wanted = getattr(ours, name), getattr(theirs, name)
            assert (found is None) == (wanted is None)
            if wanted is not None:
                assert found.argmax() == wanted.argmax()
                np.testing.assert_allclose(found, wanted, atol=0.05)


def test_a_timeline_that_is_left_early_can_be_read_again():
    timeline = emoaff.predict_video(CLIP)
    for row in timeline:
        if row.frame == 3:
            break
    assert [row.frame for row in timeline][:2] == [0, 1]
    assert not list_threads()
