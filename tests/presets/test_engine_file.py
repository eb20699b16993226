"""The LiteRT files that are shipped, against Keras."""

import json
import shutil
import sys

import numpy as np
import pytest

import emoaff
from emoaff import presets
from emoaff.faces import FaceDetector
from emoaff.faces import read_picture
from emoaff.presets import engine_file
from emoaff.presets import model_card
from tests.sample import PORTRAIT

NAME = "compact_ferplus"


@pytest.fixture(scope="module")
def keras():
    return emoaff.load_preset(NAME)


@pytest.fixture(scope="module")
def litert():
    return emoaff.load_preset(NAME, "litert")


def draw_crops(count=12):
    """The portrait's face, moved, turned and darkened, and noise."""
    rng = np.random.default_rng(0)
    image = read_picture(PORTRAIT).image
    crops = [rng.integers(0, 256, (90, 70, 3), np.uint8)]
    for _ in range(count - 1):
        x, y = rng.integers(-25, 25, 2)
        face = image[63 + y : 173 + y, 180 + x : 266 + x]
        face = np.rot90(face, rng.choice([0, 0, 1, 2]))
        crops.append((face * rng.uniform(0.2, 1)).astype(np.uint8))
    return crops


def test_the_file_is_that_of_the_weights_and_answers_as_keras(keras, litert):
    about = litert.config["litert"]
    assert about["weights_sha256"] == keras.config["weights"]["sha256"], (
        "run `python export/engine_files.py compact_ferplus --data-dir DATA`"
    )
    assert (litert.engine, keras.engine) == ("litert", "keras")
    crops = draw_crops()
    found, expected = (
        preset.predict(crops)["expression"] for preset in (litert, keras)
    )
    assert found.dtype == np.float32
    assert len(set(expected.argmax(axis=1))) > 1
    np.testing.assert_array_equal(found.argmax(1), expected.argmax(1))
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_priors_and_empty_lists_are_as_with_keras(keras, litert):
    crops = draw_crops(3)
    found, expected = (
        preset.predict(crops, prior="uniform")["expression"]
        for preset in (litert, keras)
    )
    np.testing.assert_allclose(found, expected, atol=0.05)
    assert litert.predict([])["expression"].shape == (0, 8)


def test_what_was_found_on_the_corpus_is_within_bounds(litert):
    found = litert.config["litert"]["check"]
    ours, theirs = found["litert"], found["keras"]
    assert found["pictures"] > 3000 and found["agreement"] >= 0.99
    assert abs(ours["accuracy"] - theirs["accuracy"]) <= 0.002
    error = ours["calibration_error"] - theirs["calibration_error"]
    assert abs(error) <= 0.01
    text = f"{found['agreement']:.2%} of {found['pictures']:,} pictures"
    assert text in model_card.render(NAME, litert.config)


def copy_preset(tmp_path, change):
    folder = tmp_path / "mine"
    shutil.copytree(presets.find(NAME), folder)
    path = folder / presets.CONFIG
    config = json.loads(path.read_text("utf-8"))
    change(config)
    path.write_text(json.dumps(config), "utf-8")
    return folder


def test_a_file_of_other_weights_is_not_used(tmp_path):
    folder = copy_preset(
        tmp_path, lambda c: c["litert"].update(weights_sha256="0" * 64)
    )
    assert emoaff.load_preset(folder, "auto").engine == "keras"
    with pytest.raises(ValueError, match="one of other weights") as caught:
        emoaff.load_preset(folder, "litert")
    assert "Choose the engine auto or keras" in str(caught.value)


def test_a_preset_without_a_file_falls_back(tmp_path):
    folder = copy_preset(tmp_path, lambda c: c.pop("litert"))
    assert emoaff.load_preset(folder, "auto").engine == "keras"
    with pytest.raises(ValueError, match="There is none"):
        emoaff.load_preset(folder, "litert")


def test_a_changed_file_is_refused(tmp_path):
    folder = copy_preset(tmp_path, lambda c: None)
    path = folder / engine_file.FILE
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match="was changed"):
        emoaff.load_preset(folder, "auto")


def test_without_the_package_keras_does_it_and_litert_is_one_sentence(
    monkeypatch,
):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    assert emoaff.load_preset(NAME, "auto").engine == "keras"
    for make in (
        lambda: emoaff.load_preset(NAME, "litert"),
        lambda: FaceDetector(engine="litert").detect(
            np.zeros((60, 60, 3), np.uint8)
        ),
    ):
        with pytest.raises(ImportError, match="pip install") as caught:
            make()
        assert "\n" not in str(caught.value)


def test_another_engine_is_refused():
    for make in (
        lambda: emoaff.load_preset(NAME, "torch"),
        lambda: FaceDetector(engine="torch"),
    ):
        with pytest.raises(ValueError, match="auto, litert, keras"):
            make()
