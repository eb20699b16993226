import types

import numpy as np

import emoaff
from emoaff.exporting import engine_files
from emoaff.faces import mtcnn_networks
from emoaff.faces.litert_network import LiteRTNetwork
from emoaff.presets import CARD
from emoaff.presets import read_config
from emoaff.presets import write_config
from tests.exporting import small_models


def test_the_detectors_files_are_those_that_are_shipped(tmp_path):
    paths = engine_files.write_detector_files(tmp_path)
    assert [path.stem for path in paths] == list(mtcnn_networks.NAMES)
    for path, side in zip(paths, (30, 24, 48), strict=True):
        noise = np.random.default_rng(0).normal(size=(1, side, side, 3))
        found, expected = (
            LiteRTNetwork(folder / path.name)(noise.astype("float32"))
            for folder in (tmp_path, mtcnn_networks.FOLDER)
        )
        assert set(found) == set(mtcnn_networks.OUTPUTS[path.stem])
        for name, values in expected.items():
            np.testing.assert_array_equal(found[name], values)


def test_a_preset_gets_its_file_and_what_was_found(tmp_path, monkeypatch):
    keras = small_models.still_preset(tmp_path / "small")
    notes = dict.fromkeys(("summary", "data", "training", "limits"), "none")
    config = {**read_config(keras.path), "provenance": notes}
    write_config(keras.path, config)
    faces = small_models.noise(20)
    truth = keras.predict(faces)["expression"].argmax(axis=1)
    truth[:5], truth[5:10] = -1, (truth[5:10] + 1) % 8  # unlabelled, wrong
    recordings = types.SimpleNamespace(expression=truth)
    monkeypatch.setattr(engine_files, "load_recordings", lambda *_: recordings)
    monkeypatch.setattr(
        engine_files, "stored_pictures", lambda *_: [faces[:12], faces[12:]]
    )
    about = engine_files.write_preset_file(
        keras.path, "own", "test", "data", "float16"
    )
    found = about["check"]
    assert (found["pictures"], found["agreement"]) == (20, 1.0)
    for engine in ("keras", "litert"):
        assert found[engine]["accuracy"] == round(10 / 15, 4)
    assert "100.00% of 20 pictures of own test" in (
        (keras.path / CARD).read_text("utf-8")
    )
    litert = emoaff.load_preset(keras.path, "litert")
    answers, expected = litert.predict(faces), keras.predict(faces)
    assert set(answers) == {"expression", "arousal", "valence"}
    for name, values in expected.items():
        np.testing.assert_allclose(answers[name], values, atol=1e-2)
    # float16 rounds the weights.
    assert 0 < found["largest"] < 1e-2
