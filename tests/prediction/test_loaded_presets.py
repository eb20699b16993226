import json
import logging

import numpy as np
import tensorflow as tf

import emoaff
from emoaff.prediction.loaded_presets import load_preset_once
from emoaff.presets import CONFIG
from tests.prediction.small_sequences import still_preset
from tests.sample import PORTRAIT


def test_many_videos_compile_a_model_once(tmp_path, caplog):
    folder = still_preset(tmp_path / "preset").path
    crops = [np.zeros((8, 8, 3), np.uint8)]
    tf.get_logger().addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.WARNING):
            for count in range(1, 9):
                preset = load_preset_once(folder, "keras")
                preset.predict(crops * count)
    finally:
        tf.get_logger().removeHandler(caplog.handler)
    assert "retracing" not in caplog.text


def test_a_preset_that_changed_is_loaded_again(tmp_path):
    folder = still_preset(tmp_path / "preset").path
    first = load_preset_once(folder, "keras")
    assert load_preset_once(str(folder), "keras") is first
    config = json.loads((folder / CONFIG).read_text())
    text = json.dumps({**config, "licence": "none of yours"})
    (folder / CONFIG).write_text(text)
    again = load_preset_once(folder, "keras")
    assert again.config["licence"] == "none of yours"


def test_predictions_of_two_videos_have_one_preset(tmp_path):
    folder = still_preset(tmp_path / "preset").path
    made = [
        emoaff.predict_video(PORTRAIT, folder, engine="keras") for _ in "ab"
    ]
    assert made[0].preset.model is made[1].preset.model
