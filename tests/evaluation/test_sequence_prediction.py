import gc
import weakref

import numpy as np
import pytest
import tensorflow as tf

from emoaff.data.recordings import load_recordings
from emoaff.data.windows import Windows
from emoaff.evaluation.sequence_prediction import Frames
from emoaff.evaluation.sequence_prediction import predict_frames
from emoaff.evaluation.sequence_prediction import predict_windows
from tests.data.small_corpus import SIDE
from tests.evaluation.small_scores import SPLIT
from tests.evaluation.small_scores import colours


@pytest.fixture(scope="module")
def frames(data_dir):
    """Features that tell the row they are of."""
    recordings = load_recordings("small", SPLIT, data_dir)
    rows = np.arange(len(recordings), dtype=np.float32)[:, np.newaxis]
    return Frames(recordings, SIDE, rows)


def cut(rows, targets=None):
    rows = np.array(rows)
    targets = None if targets is None else np.array(targets)
    return Windows(rows, np.zeros(len(rows), int), targets)


def numbered(x, training):
    """Adds 0, 10, 20 to the frames of a window."""
    return x + 10 * tf.range(3, dtype=x.dtype)[:, tf.newaxis]


def test_answers_of_overlapping_windows_are_averaged(frames):
    found = predict_windows(numbered, frames, cut([[0, 1, 2], [2, 3, 4]]))
    values = found[""][:, 0]
    # Row 2 is the last of one window and the first of the other.
    assert values[:5].tolist() == [0, 1 + 10, 2 + (20 + 0) / 2, 3 + 10, 4 + 20]
    assert np.isnan(values[5:]).all() and len(values) == 54


def summed(x, training):
    """One answer a window, of two outputs."""
    return {"sum": tf.reduce_sum(x, 1), "most": tf.reduce_max(x, 1)}


def test_one_answer_goes_to_the_targets_or_to_every_frame(frames):
    rows = [[0, 1, 2], [3, 4, 5]]
    ahead = predict_windows(summed, frames, cut(rows, [[3], [6]]))
    assert ahead["sum"][[3, 6], 0].tolist() == [3, 12]
    assert np.isfinite(ahead["sum"]).sum() == 2
    whole = predict_windows(summed, frames, cut(rows), batch_size=1)
    assert whole["most"][:6, 0].tolist() == [2, 2, 2, 5, 5, 5]


def test_pictures_are_answered_in_stored_order(frames, truth):
    pictures = Frames(frames.recordings, SIDE)
    done = []
    found = predict_frames(
        lambda x, training: tf.reduce_mean(x, (1, 2)) / 100,
        pictures,
        batch_size=20,
        progress=done.append,
    )
    np.testing.assert_allclose(found[""], colours(truth["image"]), atol=1e-5)
    assert done == [20, 40, 54]


def test_a_model_is_traced_once_however_often_it_is_asked(frames):
    traced = []

    class Counted(tf.Module):
        def __call__(self, x, training):
            traced.append(x.shape)
            return x

    model = Counted()
    for _ in range(6):
        predict_windows(model, frames, cut([[0, 1, 2], [2, 3, 4]]))
    assert len(traced) == 1
    alive = weakref.ref(model)
    del model
    gc.collect()
    assert alive() is None
