import numpy as np

from emoaff.prediction.memory_cell import Cell
from emoaff.prediction.stream_memory import StreamMemory
from tests.prediction.faces_on_air import answers
from tests.prediction.faces_on_air import filled


def add_up(features, total):
    """Answers with the sum of all features so far, which is the state."""
    total = features if total is None else total + features
    return {"expression": total[None]}, total


def test_each_sample_sees_the_state_that_the_ones_before_left():
    got = answers(filled(StreamMemory(add_up), range(5), 5))
    # The samples are 0, 1, 2, 3, 4.
    np.testing.assert_array_equal(got[:, 0], [0, 1, 3, 6, 10])


def test_a_frame_that_is_no_sample_has_the_answer_of_the_one_before():
    cells = filled(StreamMemory(add_up), [1, 4], 6)
    assert [bool(cell.values) for cell in cells] == [False] + [True] * 5
    np.testing.assert_array_equal(answers(cells[1:])[:, 0], [0, 0, 0, 1, 1])


def test_a_cell_is_filled_at_once():
    memory = StreamMemory(add_up)
    for index in range(4):
        cell = Cell(index)
        memory.add(cell, np.float32([index]))
        assert cell.values is not None


def test_a_model_that_looks_ahead_speaks_one_sample_late():
    heard = []
    memory = StreamMemory(add_up, ahead=True, heard=heard.append)
    got = answers(filled(memory, range(5), 5))
    # What it says at a sample is for the next; the first has its own.
    np.testing.assert_array_equal(got[:, 0], [0, 0, 1, 3, 6])
    np.testing.assert_array_equal([h["expression"] for h in heard], got)
