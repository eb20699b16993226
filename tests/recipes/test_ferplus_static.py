import csv
import re

import numpy as np
import pytest
import tensorflow as tf
from scipy import optimize
from scipy import special

from emoaff import corpora
from emoaff import presets
from emoaff import recipes
from emoaff.data.recordings import load_recordings
from emoaff.data.stills import load_stills
from emoaff.training.clip_data import ClipData
from emoaff.training.recipe_run import train
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

QUICK = {
    "backbone": "small_cnn",
    "start": "",
    "size": "48",
    "train_split": "train[:64]",
    "validation_split": "train[64:]",
    "epochs": "5",
    "stop_after": "2",
    "batch_size": "8",
    "learning_rate": "3e-3",
    "ema": "0.5",
    "stored": "int8",
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    rows = balanced_rows(104) + balanced_rows(16, "PublicTest", first=104)
    write_ferplus(root / "manual", rows)
    corpora.prepare("ferplus", root / "manual", root / "data", False)
    return root / "data"


@pytest.fixture(scope="module")
def run(data_dir, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "mine"
    train("ferplus_static", data_dir, out, QUICK, report=[].append)
    return out


def test_it_stops_after_the_epochs_asked_for_on_the_schedule_for_all(run):
    with (run / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    # One of the five epochs trains the classifier alone; a quarter of the
    # cosine of the other four is done: cos(pi / 4) / 2 + 1 / 2.
    share = float(rows[-1]["learning_rate"]) / 3e-3
    assert share == pytest.approx(0.854, abs=0.005)


def test_the_preset_is_called_as_its_run_and_says_how_it_was_made(run):
    config = presets.read_config(run / "preset")
    assert config["name"] == "mine"
    assert config["weights"]["dtype"] == "int8"
    command = config["provenance"]["train_command"]
    assert command.startswith("emoaff train ferplus_static ")
    assert " --out runs/mine " in command
    assert "--set schedule.stop_after=2" in command
    assert config["provenance"]["evaluate_command"].startswith(
        "emoaff evaluate runs/mine "
    )


def test_the_temperature_makes_held_out_labels_most_likely(run, data_dir):
    preset = presets.load_preset(run / "preset")
    stills = load_stills("ferplus", "train[64:]", data_dir)
    labelled = stills.expression >= 0
    truth = stills.expression[labelled]
    images = [np.repeat(x, 3, axis=-1) for x in stills.images[labelled]]
    p = preset.predict(images)["expression"]
    assert len(truth) == 40
    # Divided by the best temperature already, no other one is better.
    log_p = np.log(np.float64(p))
    best = optimize.minimize_scalar(
        lambda t: (
            -special.log_softmax(log_p / t, axis=1)[range(40), truth].mean()
        ),
        bounds=(0.2, 5.0),
        method="bounded",
    ).x
    # Not 1 exactly: weights are stored in 8 bits after it was fitted.
    assert best == pytest.approx(1.0, abs=0.05)
    stored = preset.config["provenance"]
    assert abs(stored["temperature"] - 1) > 0.1  # so it was needed
    assert stored["held_out"] == 40


def test_the_card_says_what_storing_in_8_bits_costs(run):
    preset = presets.load_preset(run / "preset")
    before = preset.config["provenance"]["before_storage"]
    text = (preset.path / presets.CARD).read_text("utf-8")
    assert f"Before that the scores were {before}." in text
    accuracy, uar = re.fullmatch(
        r"accuracy (0\.\d{4}), UAR (0\.\d{4}) on ferplus validation", before
    ).groups()
    scores = {
        row["measure"]: row["value"] for row in preset.config["scores"]["rows"]
    }
    # A picture of 16 may fall the other way, so two of a class.
    assert scores["accuracy"] == pytest.approx(float(accuracy), abs=0.07)
    assert scores["uar"] == pytest.approx(float(uar), abs=0.07)


def test_the_preset_knows_the_shares_of_its_training_labels(run, data_dir):
    preset = presets.load_preset(run / "preset")
    stills = load_stills("ferplus", "train[:64]", data_dir)
    labels = stills.distribution[np.isfinite(stills.distribution[:, 0])]
    counts = np.bincount(labels.argmax(axis=1), minlength=8)
    output = preset.config["outputs"]["expression"]
    stored = output["class_prior"]
    np.testing.assert_allclose(stored, counts / counts.sum(), atol=1e-6)
    assert "learned from" in preset.config["provenance"]["class_prior"]
    # So they can be taken out of its answers.
    image = np.full((1, 48, 48, 3), 90, np.uint8)
    plain = preset.predict(image)["expression"][0]
    even = preset.predict(image, prior="uniform")["expression"][0]
    sharpness = output["prior_sharpness"]  # fitted with the calibration
    assert 0.5 <= sharpness <= 2
    divided = (plain / np.array(stored)) ** (1 / sharpness)
    np.testing.assert_allclose(even, divided / divided.sum(), atol=1e-5)


def test_colour_changes_nothing(run):
    preset = presets.load_preset(run / "preset")
    picture = np.random.default_rng(0).integers(0, 256, (48, 48, 3), np.uint8)
    luma = np.rint(picture @ [0.299, 0.587, 0.114]).astype(np.uint8)
    in_colour, in_grey = preset.predict([picture, luma])["expression"]
    np.testing.assert_allclose(in_colour, in_grey, atol=2e-3)


def test_a_second_run_names_the_commands_of_the_first(run, data_dir, tmp_path):
    more = {**QUICK, "start": str(run), "stop_after": "1", "head_epochs": "0"}
    train("ferplus_static", data_dir, tmp_path / "b", more, report=[].append)
    origin = presets.read_config(tmp_path / "b" / "preset")["provenance"]
    first, second = origin["train_command"].splitlines()
    assert "--out runs/mine " in first
    assert "--set model.start=runs/mine " in second
    assert origin["settings"]["model"]["start"] == "runs/mine"
    assert str(run) not in (tmp_path / "b/preset/config.json").read_text()


def test_a_teacher_s_answers_are_mixed_into_the_votes(data_dir, tmp_path):
    last = dense(8, activation="softmax", name="expression")
    model = still_model({"expression": last})
    teacher = saved(tmp_path / "teacher", model, classes("ferplus"))
    recipe = recipes.find_recipe("ferplus_static")
    config = recipe.configure(QUICK)
    taught = recipe.configure(
        {
            **QUICK,
            "teacher": str(teacher.path),
            "teacher_share": "0.25",
            "teacher_temperature": "2.0",
        }
    )

    def batches(config):
        data = ClipData(config, data_dir, tmp_path, [].append)
        return data.batches(0, 0, (0, 1)).as_numpy_iterator()

    for (x, y), (same, votes) in zip(
        batches(taught), batches(config), strict=True
    ):
        np.testing.assert_array_equal(x, same)
        smaller = tf.image.resize(x, (24, 24), antialias=True)
        p = teacher.model.predict_on_batch(np.rint(smaller))["expression"]
        soft = special.softmax(np.log(np.float64(p)) / 2, axis=1)
        np.testing.assert_allclose(
            y["distribution"],
            0.75 * votes["distribution"] + 0.25 * soft,
            rtol=1e-4,
            atol=1e-6,
        )
    assert np.ptp(soft, axis=0).max() > 1e-3


def test_teachers_are_for_pictures_with_votes():
    with pytest.raises(ValueError, match="`teacher` is for data.target=dist"):
        recipes.find_recipe("ferplus_static").configure(
            {"teacher": "compact_ferplus", "target": "expression"}
        )


def test_the_recipe_scores_on_pictures_it_never_saw(data_dir):
    config = recipes.find_recipe("ferplus_static").config
    assert config.data.score_split == "validation"
    assert len(load_recordings("ferplus", "validation", data_dir)) == 16
