import json
import math

import numpy as np
import pytest

from emoaff.evaluation.postprocessing import CoursePostprocessor
from tests.evaluation.postprocessing.walks import NAN
from tests.evaluation.postprocessing.walks import random_walks


def fitted(**settings):
    truth, recording = random_walks()
    rng = np.random.default_rng(0)
    prediction = 0.5 * truth + 0.3 + rng.normal(0, 0.2, truth.shape)
    settings.setdefault("median_grid_s", (0.2, 1.0))
    chain = CoursePostprocessor(**settings)
    return chain.fit(truth, prediction, recording, 25), prediction, recording


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {
            "steps": ("shift", "scale"),
            "scale_about": "mean",
            "per": "recording",
            "median_grid_s": None,
            "shift_grid_s": (0.2, 0.4),
            "shift_directions": ("backward",),
            "dimensions": ("arousal", "valence"),
        },
    ],
)
def test_a_loaded_postprocessor_does_the_same(tmp_path, settings):
    chain, prediction, recording = fitted(**settings)
    chain.save(tmp_path / "chain.json")
    again = CoursePostprocessor.load(tmp_path / "chain.json", rate_hz=25)
    assert again.settings == chain.settings
    assert again.dimensions == chain.dimensions
    assert (again.chains, again.rate_hz) == (chain.chains, 25.0)
    np.testing.assert_array_equal(
        again.apply(prediction, recording), chain.apply(prediction, recording)
    )
    assert [file.name for file in tmp_path.iterdir()] == ["chain.json"]


def test_undefined_scores_survive_the_file(tmp_path):
    truth, recording = random_walks()
    chain = CoursePostprocessor(("centre",))
    chain.fit(np.full_like(truth, NAN), truth, recording, 25)
    chain.save(tmp_path / "chain.json")
    text = (tmp_path / "chain.json").read_text()
    assert "NaN" not in text
    again = CoursePostprocessor.load(tmp_path / "chain.json")
    assert math.isnan(again.chains["valence"][0].before)


def test_a_failed_save_leaves_the_old_file(tmp_path):
    chain, *_ = fitted()
    chain.save(tmp_path / "chain.json")
    before = (tmp_path / "chain.json").read_text()
    chain.rate_hz = object()  # what JSON cannot write
    with pytest.raises(TypeError):
        chain.save(tmp_path / "chain.json")
    assert (tmp_path / "chain.json").read_text() == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"format": "x 2"}'])
def test_another_file_is_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="other.json: Expected the format"):
        CoursePostprocessor.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="none.json, which is no file"):
        CoursePostprocessor.load(tmp_path / "none.json")


def test_another_rate_is_refused(tmp_path):
    chain, *_ = fitted()
    chain.save(tmp_path / "chain.json")
    with pytest.raises(ValueError, match="at 25 Hz.*Received: rate_hz=30"):
        CoursePostprocessor.load(tmp_path / "chain.json", rate_hz=30)
    values = json.loads((tmp_path / "chain.json").read_text())
    with pytest.raises(ValueError, match="Received: rate_hz=30"):
        CoursePostprocessor.from_dict(values, rate_hz=30)


def test_nothing_fitted_is_not_saved(tmp_path):
    with pytest.raises(ValueError, match="Call `fit`"):
        CoursePostprocessor().save(tmp_path / "chain.json")
