import csv
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

from emoaff import corpora
from emoaff import presets
from emoaff import recipes
from emoaff.prediction.files import predict_files
from emoaff.training.recipe_run import train
from tests.data.small_corpus import pixels
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.small_presets import classes
from tests.small_presets import saved

ROOT = pathlib.Path(__file__).parents[2]
CLASSES = ("happiness", "sadness", "surprise")


def draw_clips(out, seed, clips, seconds):
    """Draws `clips` short videos of each class; people differ by seed."""
    script = ROOT / "examples" / "make_synthetic_clips.py"
    subprocess.run(
        [
            *(sys.executable, script, "--out", out, "--seed", str(seed)),
            *("--clips", str(clips), "--seconds", str(seconds)),
            *("--classes", *CLASSES),
        ],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    return sorted(out.glob("*/*.mp4"))


def said_of(table):
    """The class with the largest mean probability over a clip's rows."""
    with table.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["expression"]]
    means = [np.mean([float(row[name]) for row in rows]) for name in CLASSES]
    return CLASSES[int(np.argmax(means))]


@pytest.mark.slow
def test_a_finetuned_preset_names_the_class_of_unseen_clips(tmp_path):
    draw_clips(tmp_path / "clips", seed=0, clips=20, seconds=3)
    manual, data_dir = tmp_path / "clips", tmp_path / "data"
    corpora.prepare("video_folder", manual, data_dir, False)
    preset = train("finetune", data_dir, tmp_path / "run")
    unseen = draw_clips(tmp_path / "unseen", seed=1, clips=10, seconds=3)
    loaded = presets.load_preset(preset)
    assert loaded.labels.classes == CLASSES
    failures = predict_files([tmp_path / "unseen"], loaded, tmp_path / "out")
    assert not failures
    tables = {path.stem: path for path in (tmp_path / "out").rglob("*.csv")}
    right = [
        said_of(
            tables[
                f"{clip.stem}_mp4"
                if f"{clip.stem}_mp4" in tables
                else clip.stem
            ]
        )
        == clip.parent.name
        for clip in unseen
    ]
    assert len(right) == 30
    assert np.mean(right) >= 0.9


@pytest.mark.parametrize(
    "alone",
    [
        {"frozen": "true", "head_epochs": "0"},
        pytest.param({"head_epochs": "1"}, marks=pytest.mark.slow),
    ],
)
def test_a_frozen_preset_learns_only_its_last_layer(alone, tmp_path):
    pictures(tmp_path / "mine")
    corpora.prepare(
        "video_folder/whole", tmp_path / "mine", tmp_path / "data", False
    )
    settings = {
        "dataset": "video_folder/whole",
        **alone,
        "epochs": "1",
        "batch_size": "4",
        "learning_rate": "0.01",
    }
    lines = []
    preset = train(
        "finetune",
        tmp_path / "data",
        tmp_path / "run",
        settings,
        report=lines.append,
    )
    assert lines[-1] == (
        "before fine-tuning: compact_ferplus has none of the classes dark, "
        "light, so nothing compares"
    )
    tuned = presets.load_preset(preset)
    first = presets.load_preset("compact_ferplus")
    for a, b in zip(
        tuned.model.get_layer("mobilenet_v1").get_weights(),
        first.model.get_layer("mobilenet_v1").get_weights(),
        strict=True,
    ):
        # Stored in 16 bits, as the new preset is.
        np.testing.assert_array_equal(a, np.float32(np.float16(b)))
    assert tuned.labels.classes == ("dark", "light")
    # Half of the validation split is calibrated on, the other half scored.
    origin = tuned.config["provenance"]
    assert origin["temperature"] > 0
    counts = tuned.config["scores"]["facts"]["frames"]["scored"]
    assert origin["held_out"] == counts
    card = (preset / "README.md").read_text()
    assert "held-out pictures of the validation split" in card
    # Drawn alike, whatever their counts.
    assert tuned.trained_prior.shares == (0.5, 0.5)
    assert tuned.size == first.size
    answers = tuned.predict(np.zeros((2, 60, 60, 3), np.uint8))["expression"]
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)


def pictures(root):
    """Ten pictures of each of two classes, told apart by their light."""
    from PIL import Image

    rng = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 150)):
        folder = root / name
        folder.mkdir(parents=True)
        for number in range(10):
            picture = rng.integers(low, low + 100, (56, 56, 3), dtype=np.uint8)
            Image.fromarray(picture).save(folder / f"{number}.png")


@pytest.mark.parametrize("features_only", [False, True])
def test_valence_and_arousal_are_learned_on_top_of_a_preset(
    monkeypatch, tmp_path, features_only
):
    small_video(
        monkeypatch,
        tmp_path / "data",
        {
            "train": [e for n in range(4) for e in segments(n, range(20))],
            "validation": list(segments(5, range(20))),
        },
    )
    inputs = keras.Input((24, 24, 3), name="image")
    x = keras.layers.Rescaling(1 / 255)(inputs)
    x = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    outputs = {"features": {"kind": "features", "size": 4}}
    if not features_only:
        outputs = classes("ferplus")
        x = keras.layers.Dense(8, activation="softmax", name="expression")(x)
    model = keras.Model(inputs, dict.fromkeys(outputs, x))
    first = saved(tmp_path / "first", model, outputs)
    settings = {
        "dataset": "small",
        "start": str(first.path),
        "augment": "none",
        "epochs": "3",
        "batch_size": "16",
        "learning_rate": "0.01",
    }
    preset = presets.load_preset(
        train("affectnet_va", tmp_path / "data", tmp_path / "run", settings)
    )
    assert list(preset.config["outputs"]) == ["valence_arousal"]
    crops = [pixels(1, frame) for frame in range(5)]
    answers = preset.predict(crops)
    assert set(answers) == {"valence", "arousal"}
    assert np.ptp(answers["valence"]) > 0
    scored = {(r["measure"], r["of"]) for r in preset.config["scores"]["rows"]}
    assert {("ccc", "valence"), ("ccc", "arousal")} <= scored


def settings(**overrides):
    return recipes.find_recipe("finetune").configure(overrides)


def test_a_preset_of_windows_cannot_be_finetuned():
    with pytest.raises(ValueError, match="single pictures.*frames=10"):
        settings(frames="10", augment="none")


def test_an_unknown_start_lists_the_presets():
    with pytest.raises(ValueError, match="compact_ferplus"):
        settings(start="nope")


def test_the_size_is_that_of_the_preset():
    shipped = presets.read_config("compact_ferplus")["input"]
    assert settings().model.size == shipped["size"] == 80
    assert settings(size="64").model.size == 64
