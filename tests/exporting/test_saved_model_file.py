import numpy as np
import pytest
import tensorflow as tf

import emoaff
from emoaff.exporting import read_metadata
from tests.exporting import small_models


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    folder = tmp_path_factory.mktemp("still")
    preset = small_models.still_preset(folder / "small")
    return preset, emoaff.export(preset, folder / "saved")


def test_it_takes_bytes_and_floats_in_any_batch(still):
    preset, report = still
    signatures = tf.saved_model.load(report.path).signatures
    for people in (1, 6):
        faces = small_models.noise(people)
        expected = small_models.by_hand(preset, faces)
        answers = signatures["serving_default"](face=tf.constant(faces))
        floats = signatures["float"](face=tf.constant(np.float32(faces)))
        for name, values in expected.items():
            np.testing.assert_allclose(answers[name], values, atol=1e-5)
            np.testing.assert_allclose(floats[name], values, atol=1e-5)


def test_it_was_run_where_there_is_no_emoaff(still):
    _, report = still
    assert report.comparison.largest < 1e-5
    assert report.comparison.milliseconds > 0
    assert read_metadata(report.path)["form"] == "static"
    assert (report.path / "assets" / "emoaff.json").is_file()


@pytest.mark.slow
def test_a_stream_answers_as_the_sequence_model(tmp_path):
    preset = small_models.sequence_preset(tmp_path / "p")
    report = emoaff.export(preset, tmp_path / "stream", "savedmodel")
    assert report.form == "streaming"
    assert report.comparison.largest < 1e-5
