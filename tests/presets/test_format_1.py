"""Presets that users already have go on loading.

The folder beside this file was written by emoaff as it was before packages
were moved in November 2026, when a preset's format was 1.
"""

import pathlib

import numpy as np

from emoaff import presets

FOLDER = pathlib.Path(__file__).parent / "preset_of_format_1"
# What that emoaff answered to `clip()`: valence and arousal of four frames.
ANSWERS = [
    [0.0293755903840065, 0.003920610994100571],
    [0.12139280140399933, 0.016756126657128334],
    [0.2767399549484253, 0.03963689133524895],
    [0.4734768569469452, 0.07009603828191757],
]


def clip():
    return np.arange(768, dtype="float32").reshape(1, 4, 8, 8, 3) / 300


def test_a_preset_written_before_the_move_answers_as_it_did():
    preset = presets.load_preset(FOLDER)
    assert preset.window == 4
    assert preset.dimensions == ["valence", "arousal"]
    answers = preset.model.predict_on_batch(clip())["affect"]
    np.testing.assert_allclose(answers[0], ANSWERS, rtol=1e-5)


def test_it_is_written_again_as_it_was(tmp_path):
    loaded = presets.load_preset(FOLDER)
    config = dict(loaded.config)
    for key in ("format", "weights", "architecture"):
        del config[key]
    path = presets.save_preset(loaded.model, tmp_path / "tiny", config)
    again = presets.load_preset(path)
    assert again.config["format"] == loaded.config["format"]
    np.testing.assert_array_equal(
        again.model.predict_on_batch(clip())["affect"],
        loaded.model.predict_on_batch(clip())["affect"],
    )
