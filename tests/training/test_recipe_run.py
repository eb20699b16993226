import csv
import json
import shutil

import keras
import numpy as np
import pytest

from emoaff import corpora
from emoaff import presets
from emoaff.data.sampling import held_out
from emoaff.data.stills import load_stills
from emoaff.presets.calibration import Calibration
from emoaff.recipes import compact_ferplus
from emoaff.recipes import find_recipe
from emoaff.training import checkpoint
from emoaff.training import image_memory
from emoaff.training.commands import portable_settings
from emoaff.training.commands import train_commands
from emoaff.training.first_weights import begin
from emoaff.training.recipe_run import list_idle
from emoaff.training.recipe_run import open_run
from emoaff.training.recipe_run import train
from emoaff.training.settings import parse_overrides
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus

QUICK = {
    "stages": "[[1, 32]]",
    "batch_size": "8",
    "warmup_steps": "2",
    "held_out": "0.3",
}
RECIPE = find_recipe("compact_ferplus")


class Classes:
    """What a recipe's `build` wants to know of its data."""

    classes = 8


def configure(**settings):
    return RECIPE.read_config(settings)


def built(config):
    """The network with its first weights."""
    model = compact_ferplus.build(config, Classes)
    begin(model, config.model, [].append)
    return model


def commands(config, out=""):
    return train_commands("compact_ferplus", config, out, RECIPE.config)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    root = tmp_path_factory.mktemp("corpus")
    rows = balanced_rows(40) + balanced_rows(16, "PublicTest", first=40)
    write_ferplus(root / "manual", rows)
    corpora.prepare("ferplus", root / "manual", root / "data", False)
    return root / "data"


@pytest.fixture(scope="module")
def run(data_dir, tmp_path_factory):
    out = tmp_path_factory.mktemp("run") / "whole"
    lines = []
    train("compact_ferplus", data_dir, out, QUICK, report=lines.append)
    return out, lines


def test_a_run_leaves_config_history_and_preset(run):
    out, lines = run
    config = json.loads((out / "config.json").read_text())
    assert config["schedule"]["stages"] == [[1, 32]]
    with (out / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    # The classifier alone first, then everything.
    assert [row["epoch"] for row in rows] == ["1", "2"]
    environment = json.loads((out / "environment.json").read_text())
    assert environment["packages"]["tensorflow"]
    assert environment["seed"] == config["seed"] == 0
    assert float(rows[-1]["learning_rate"]) < 1e-6  # the cosine has ended
    assert "epoch 2/2" in " ".join(lines)


def test_too_long_a_warm_up_is_refused_before_the_first_epoch(
    data_dir, tmp_path
):
    lines, settings = [], {**QUICK, "warmup_steps": "200"}
    with pytest.raises(ValueError, match="below the number of updates, 3."):
        train(
            "compact_ferplus", data_dir, tmp_path, settings, report=lines.append
        )
    assert not [line for line in lines if line.startswith("epoch")]


def test_the_preset_scores_what_its_card_says(run, data_dir):
    from emoaff.evaluation.preset_scoring import evaluate

    preset = presets.load_preset(run[0] / "preset")
    table = evaluate(preset, "ferplus", "validation", data_dir).table
    assert table.facts["frames"]["scored"] == 16
    assert preset.config["scores"]["rows"] == table.to_dict()["rows"]
    card = (run[0] / "preset" / presets.CARD).read_text("utf-8")
    assert f"| accuracy | {table.value('accuracy'):.4f} | " in card
    assert "emoaff train compact_ferplus" in card
    assert preset.labels.classes[7] == "contempt"


@pytest.mark.parametrize(("final_side", "seen"), [(0, 64), (80, 80)])
def test_the_shipped_network_is_the_classifier_after_calibration(
    final_side, seen
):
    config = configure(stages=((1, 64),), final_side=final_side)
    classifier = built(config)
    rng = np.random.default_rng(0)
    faces = np.float32(rng.integers(0, 256, (4, 48, 48, 3)))
    resized = keras.ops.image.resize(faces, (seen, seen))
    head = classifier.get_layer("expression")
    # Random features are small; make logits of a few units of them.
    features = np.asarray(classifier.get_layer("mobilenet_v1")(resized))
    kernel = rng.normal(size=(1024, 8)) / np.linalg.norm(features, axis=1).max()
    head.set_weights([4 * kernel, rng.normal(size=8)])
    shares = np.log(np.arange(1, 9) / 36)
    logits = (np.float64(classifier(resized)) + 0.4 * shares) / 2.5
    assert np.ptp(logits) > 1
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    calibration = Calibration(2.5, 0.4, tuple(shares), 40)
    shipped = compact_ferplus.finish(classifier, config, calibration)
    np.testing.assert_allclose(
        shipped(faces)["expression"],
        odds / odds.sum(axis=1, keepdims=True),
        atol=1e-4,
    )


def test_calibration_is_fitted_at_the_side_that_is_shipped(
    run, data_dir, tmp_path, monkeypatch
):
    out = tmp_path / "larger"
    shutil.copytree(run[0], out)
    config = json.loads((out / "config.json").read_text())
    config["model"]["final_side"] = 64
    (out / "config.json").write_text(json.dumps(config))
    sides, predict_images = [], image_memory.predict_images

    def predict(model, images, side):
        sides.append(side)
        return predict_images(model, images, side)

    monkeypatch.setattr(image_memory, "predict_images", predict)
    train("compact_ferplus", data_dir, out, resume=True, report=[].append)
    assert sides == [64]


def test_a_folder_with_files_is_not_overwritten(data_dir, tmp_path):
    (tmp_path / "kept").write_text("precious")
    with pytest.raises(ValueError, match="--resume"):
        train("compact_ferplus", data_dir, tmp_path, QUICK)
    assert (tmp_path / "kept").read_text() == "precious"


def test_a_run_killed_before_its_settings_were_written_begins_anew(tmp_path):
    (tmp_path / "config.json.unfinished").write_text("{")
    (tmp_path / "environment.json").write_text("{}")
    for resume in (True, False):
        begun = open_run(RECIPE, tmp_path, QUICK, resume)
        assert begun.batch.size == 8
        assert json.loads((tmp_path / "config.json").read_text())
        (tmp_path / "config.json").rename(tmp_path / "config.json.unfinished")
    # Without settings, files with other names are somebody else's.
    (tmp_path / "history.csv").touch()
    with pytest.raises(ValueError, match="holds files"):
        open_run(RECIPE, tmp_path, QUICK, True)


def test_missing_first_weights_are_named(data_dir, tmp_path):
    settings = {**QUICK, "initial_weights": "nowhere.h5"}
    with pytest.raises(FileNotFoundError, match="nowhere.h5"):
        train("compact_ferplus", data_dir, tmp_path / "r", settings)


def test_an_unknown_recipe_lists_the_known(data_dir, tmp_path):
    with pytest.raises(ValueError, match="compact_ferplus"):
        train("nope", data_dir, tmp_path / "r")


def test_settings_take_the_type_of_their_default():
    config = parse_overrides(
        RECIPE.config,
        {"seed": "3", "dropout": "0", "stages": "[[2, 64]]", "dataset": "x"},
    )
    assert config.seed == 3
    dropout = config.model.dropout
    assert dropout == 0.0 and isinstance(dropout, float)
    assert config.schedule.stages == ((2, 64),)
    assert config.data.dataset == "x"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("sed", "3", "^No setting 'sed'. Did you mean 'seed'.{,60}$"),
        ("seed", "many", "Received: seed=many"),
        ("seed", "1.5", "Received: seed=1.5"),
        ("stages", "3", "Received: stages=3"),
    ],
)
def test_a_wrong_setting_says_what_is_expected(name, text, message):
    with pytest.raises(ValueError, match=message):
        parse_overrides(RECIPE.config, {name: text})


def test_a_second_run_starts_where_the_first_ended(run, data_dir, tmp_path):
    first, _ = run
    again = built(configure(start=str(first)))
    with np.load(first / "checkpoints" / "best.npz") as stored:
        values = [stored[f"v{i}"] for i in range(len(again.variables))]
    for a, b in zip(values, again.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_weights_of_several_runs_are_averaged(run, tmp_path):
    first, _ = run
    other = tmp_path / "other"
    (other / "checkpoints").mkdir(parents=True)
    model = built(configure(start=str(first)))
    before = [np.array(v) for v in model.variables]
    ones = [v + 1.0 if v.dtype == np.float32 else v for v in before]
    checkpoint.save(other / "checkpoints" / "best.npz", ones, {"epoch": 1})
    model.set_weights([w + 1.0 for w in model.get_weights()])
    config = configure(start=f"{first},{other}")
    middle = built(config)
    ones = model.get_weights()
    for a, b in zip(ones, middle.get_weights(), strict=True):
        np.testing.assert_allclose(b, a - 0.5, atol=1e-6)
    settings = portable_settings(config)
    assert settings["model"]["start"] == f"runs/{first.name},runs/other"
    *_, before, last = commands(config)
    assert f" --out runs/{first.name} " in before
    assert f"start=runs/{first.name},runs/other" in last


def test_a_run_without_checkpoints_gives_its_preset_s_weights(run, tmp_path):
    preset = run[0] / "preset"
    shutil.copytree(preset, tmp_path / "kept" / "preset")
    model = built(configure(start=str(tmp_path / "kept")))
    shipped = presets.load_preset(preset).model
    side = shipped.input_shape[1]
    picture = np.random.default_rng(0).uniform(0, 255, (2, side, side, 3))
    logits = np.asarray(model(shipped.get_layer("enlarge")(picture)))
    odds = np.exp(logits)
    np.testing.assert_allclose(
        odds / odds.sum(axis=1, keepdims=True),
        shipped(picture)["expression"],
        atol=1e-4,
    )


def test_a_preset_names_the_shares_that_it_learned(run, data_dir):
    preset = presets.read_config(run[0] / "preset")
    output = preset["outputs"]["expression"]
    stills = load_stills("ferplus", "train", data_dir)
    kept = stills.take(~held_out(stills.images, 0.3))
    counts = np.bincount(kept.distribution.argmax(axis=1), minlength=8)
    # Drawn in proportion to the square roots of their counts.
    drawn = np.sqrt(counts)
    np.testing.assert_allclose(
        output["class_prior"], drawn / drawn.sum(), atol=1e-6
    )
    assert len(output["class_prior"]) == len(output["classes"])
    derivation = preset["provenance"]["class_prior"]
    assert f"neutral {counts[0]}, happiness {counts[1]}," in derivation
    assert "Each class counts to the power 0.5" in derivation


def test_the_last_epoch_is_kept_where_that_is_wanted(data_dir, tmp_path):
    settings = {"stages": ((2, 32),), "batch_size": 8, "held_out": 0.3}
    settings["warmup_steps"] = 1
    config = configure(keep="last", **settings)
    made = RECIPE.make_experiment(config, data_dir, tmp_path, print)
    assert made.better(2.0, 1.0)
    assert made.monitor == "epoch"
    config = configure(**settings)
    made = RECIPE.make_experiment(config, data_dir, tmp_path, print)
    assert made.better(1.0, 2.0)
    assert made.monitor == "held_out_loss"
    with pytest.raises(ValueError, match="one of best, last. Received: .*'fi"):
        configure(keep="first")


def test_an_unknown_way_to_calibrate_is_refused():
    with pytest.raises(ValueError, match="stored, mixed. Received: .*'clean'"):
        configure(calibrate_on="clean")


def test_a_start_without_checkpoints_is_refused(tmp_path):
    config = configure(start=str(tmp_path))
    with pytest.raises(FileNotFoundError, match="earlier `emoaff train"):
        built(config)


def test_the_card_names_every_command_of_a_run(run):
    first, _ = run
    config = configure(start=str(first), seed=1)
    one, two = commands(config)
    assert f"--out runs/{first.name} " in one
    assert "--set 'schedule.stages=[[1,32]]'" in one
    assert two.endswith(f"--set model.start=runs/{first.name} --set seed=1")
    assert "--out runs/compact_ferplus " in two
    two = commands(config, "/else/my run")[1]
    assert " --out 'runs/my run' " in two


def test_a_run_is_a_run_whatever_its_folder_is_called(run, tmp_path):
    first, _ = run
    dotted = tmp_path / "run.v2"
    shutil.copytree(first, dotted)
    weights = tmp_path / "first.weights.h5"
    weights.touch()
    config = configure(start=str(dotted), teacher=str(dotted / "preset"))
    settings = portable_settings(config)
    assert settings["model"]["start"] == "runs/run.v2"
    assert settings["teacher"]["preset"] == "runs/run.v2/preset"
    of_file = portable_settings(configure(initial_weights=str(weights)))
    assert of_file["model"]["start"] == "first.weights.h5"
    before, _ = commands(config)
    assert " --out runs/run.v2 " in before


@pytest.mark.parametrize(
    ("recipe", "asked", "idle"),
    [
        ("finetune", {"units": "[3]", "epochs": "4"}, ["model.units"]),
        (
            "tzirakis_recola",
            {"augmentation.zoom": "1.2", "augmentation.name": "flip"},
            ["augmentation.zoom"],
        ),
        ("compact_ferplus", QUICK, []),
        ("joint_heads", {"dropout": "0.1"}, []),
    ],
)
def test_settings_that_change_nothing_are_listed(recipe, asked, idle, tmp_path):
    found = find_recipe(recipe)
    config = parse_overrides(found.read_config({}), asked)
    assert list_idle(found, config, asked, tmp_path) == idle


def test_train_says_which_settings_change_nothing(tmp_path):
    lines = []
    asked = {"teacher_share": "0.3", "stages": "[[1, 32]]"}
    with pytest.raises(FileNotFoundError):
        train(
            "compact_ferplus",
            tmp_path,
            tmp_path / "run",
            asked,
            report=lines.append,
        )
    (line,) = lines
    assert line.startswith("note: ") and "teacher.share unused" in line
