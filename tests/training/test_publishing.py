import dataclasses
import json
import shutil

import keras
import numpy as np
import pytest
from scipy import special

from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.evaluation.preset_scoring import evaluate
from emoaff.evaluation.preset_scoring import evaluate_recordings
from emoaff.labels import LabelSpace
from emoaff.presets import model_card
from emoaff.presets.calibration import Calibration
from emoaff.training import publishing
from emoaff.training.card_rewriting import rewrite_card
from emoaff.training.clip_config import ClipConfig
from emoaff.training.commands import train_commands
from emoaff.training.publishing import publish_clips
from emoaff.training.settings import read_stored
from tests.data.small_corpus import SIDE
from tests.data.small_corpus import segments
from tests.data.small_corpus import small_video
from tests.small_presets import dense
from tests.small_presets import feature_model
from tests.small_presets import mean_colour
from tests.small_presets import window_model

ABOUT = {
    "name": "mine",
    "summary": "What it is.",
    "data": "What it saw.",
    "licence": "MIT.",
    "training": "How it learned.",
    "limits": "What it cannot do.",
}
HISTORY = [{"epoch": 1, "ccc": 0.5}]
SPACE = LabelSpace("small", tuple("abcdefg"))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("corpus")
        splits = {
            "validation": list(segments(0, range(16))),
            "held_out": list(segments(1, range(10))),
        }
        small_video(
            patch,
            folder,
            splits,
            left_out=["emotions"],
            LABEL_SPACE=None,
            metadata={"classes": list(SPACE.classes)},
            CROP_MARGIN=0.25,
        )
        yield folder


def config(**more):
    settings = {"dataset": "small", "size": SIDE, **more}
    return read_stored(ClipConfig(), settings)


def classifier(target, width=7):
    """A model of single pictures that puts out logits."""
    inputs = keras.Input((SIDE, SIDE, 3), name="image")
    head = dense(width, name=target)
    return keras.Model(inputs, head(mean_colour(inputs)))


def published(model, folder, data_dir, settings, **more):
    lines = []
    path = publish_clips(
        model,
        HISTORY,
        folder,
        config=settings,
        about=ABOUT,
        commands=train_commands("mine", settings, more.get("out", "")),
        space=SPACE,
        data_dir=data_dir,
        report=lines.append,
        **more,
    )
    return presets.load_preset(path), "\n".join(lines)


WINDOWED = config(frames=6, stride=4, rare=("a", "b"), learning_rate=0.5)


@pytest.fixture(scope="module")
def windowed(tmp_path_factory, data_dir):
    folder = tmp_path_factory.mktemp("run") / "preset"
    return published(window_model(6), folder, data_dir, WINDOWED)


def test_a_model_of_windows_becomes_a_preset_with_scores(windowed, data_dir):
    preset, text = windowed
    assert preset.config["outputs"] == {
        "arousal_valence": {
            "kind": "dimensional",
            "names": ["arousal", "valence"],
            "range": [-1, 1],
        }
    }
    assert preset.config["sampling"] == {
        "window": 6,
        "rate_hz": 25.0,
        "stride": 4,
        "rule": "sliding",
    }
    assert preset.config["crop"] == {"margin": 0.25, "interpolation": "area"}
    table = evaluate(preset, "small", "validation", data_dir).table
    assert preset.config["scores"] == json.loads(json.dumps(table.to_dict()))
    assert text == table.to_text()
    card = (preset.path / presets.CARD).read_text("utf-8")
    assert card == model_card.render("mine", preset.config)
    value = table.value("ccc", "valence")
    assert f"over all frames, valence | {value:.4f} | " in card


def test_a_preset_is_there_when_it_is_scored_and_described_and_not_before(
    windowed, data_dir, tmp_path, monkeypatch
):
    folder, seen = tmp_path / "preset", []

    def score(preset, recordings, **more):
        seen.append(folder.exists() and read_all(folder))
        if len(seen) == 2:
            raise KeyboardInterrupt
        return evaluate_recordings(preset, recordings, **more)

    def read_all(path):
        return {p.name: p.read_bytes() for p in path.iterdir()}

    monkeypatch.setattr(publishing, "evaluate_recordings", score)
    published(window_model(6), folder, data_dir, WINDOWED)
    whole = read_all(folder)
    assert set(whole) == {p.name for p in windowed[0].path.iterdir()}
    with pytest.raises(KeyboardInterrupt):
        published(window_model(6), folder, data_dir, WINDOWED)
    assert seen == [False, whole] and read_all(folder) == whole
    assert [p.name for p in tmp_path.iterdir()] == ["preset"]


def test_a_preset_remembers_its_run(windowed):
    origin = windowed[0].config["provenance"]
    stored = json.loads(json.dumps(dataclasses.asdict(WINDOWED)))
    assert origin["settings"] == stored
    assert origin["history"] == HISTORY
    assert origin["summary"] == "What it is."
    assert origin["train_command"] == (
        "emoaff train mine --data-dir data --out runs/mine "
        "--set data.dataset=small --set window.frames=6 --set window.stride=4 "
        '--set \'balance.rare=["a","b"]\' --set model.size=24 '
        "--set optimizer.learning_rate=0.5"
    )
    assert origin["evaluate_command"] == (
        "emoaff evaluate runs/mine --dataset small --split validation "
        "--data-dir data"
    )


@pytest.mark.parametrize(
    ("target", "output", "link"),
    [
        ("expression", "expression", special.softmax),
        ("distribution", "expression", special.softmax),
        ("emotions", "emotions", lambda z, axis: special.expit(z)),
    ],
)
def test_logits_become_probabilities(tmp_path, data_dir, target, output, link):
    model = classifier(target)
    settings = config(frames=1, target=target, loss="crossentropy")
    preset, _ = published(model, tmp_path / "preset", data_dir, settings)
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (4, SIDE, SIDE, 3), dtype=np.uint8)
    # The weights are rounded to float16.
    np.testing.assert_allclose(
        preset.predict(crops)[output],
        link(np.asarray(model(crops.astype("float32"))), axis=-1),
        atol=2e-3,
    )
    described = preset.config["outputs"][output]
    assert described["classes"] == list("abcdefg")
    assert described["label_space"] == "small"
    several = target == "emotions"
    assert (described["kind"] == "probabilities of each") == several
    assert preset.config["sampling"] == {"window": 1, "rate_hz": 25.0}
    measures = {row["measure"] for row in preset.config["scores"]["rows"]}
    assert "accuracy" in measures
    assert preset.model.get_layer("features").output.shape == (None, 3)


def test_a_run_gives_its_name_and_a_named_preset_its_own(
    tmp_path, data_dir, monkeypatch
):
    run, home = tmp_path / "first try", tmp_path / "home"
    model = classifier("arousal_valence", 2)
    preset, _ = published(
        model, run / "preset", data_dir, config(frames=1), out=run
    )
    origin = preset.config["provenance"]
    assert preset.config["name"] == "first try"
    assert "--out 'runs/first try' " in origin["train_command"]
    assert origin["evaluate_command"].startswith(
        "emoaff evaluate 'runs/first try' --dataset small "
    )
    shutil.copytree(preset.path, home / "better")
    monkeypatch.setenv("EMOAFF_HOME", str(home))
    for given, name in (("better", "better"), (preset.path, "first try")):
        again = presets.load_preset(given)
        table = evaluate(again, "small", "validation", data_dir).table
        card = rewrite_card(again, table).read_text("utf-8")
        stored = presets.read_config(given)
        assert stored["name"] == name
        assert card.startswith(f"# {name}\n")
        assert stored["provenance"]["train_command"] == origin["train_command"]
    assert (
        "    emoaff evaluate better --dataset small --split validation "
        "--data-dir data\n"
    ) in (home / "better" / presets.CARD).read_text("utf-8")
    assert stored["provenance"] == origin


def test_the_split_to_score_on_may_be_another(tmp_path, data_dir):
    settings = config(frames=1, score_split="held_out")
    model = classifier("arousal_valence", 2)
    preset, _ = published(model, tmp_path / "preset", data_dir, settings)
    facts = preset.config["scores"]["facts"]
    assert facts["split"] == "held_out"
    assert facts["frames of valence"]["scored"] == 8  # of 10, two unlabelled
    command = preset.config["provenance"]["evaluate_command"]
    assert "--split held_out" in command


def test_given_recordings_are_scored_without_a_command(tmp_path, data_dir):
    settings = config(frames=1)
    own = load_recordings("small", "held_out", data_dir)
    own = dataclasses.replace(own, split="people left out")
    model = classifier("arousal_valence", 2)
    preset, text = published(
        model, tmp_path / "preset", data_dir, settings, validation=own
    )
    assert text == evaluate_recordings(preset, own).table.to_text()
    assert "split: people left out" in text
    assert "evaluate_command" not in preset.config["provenance"]


def test_a_model_of_features_names_where_they_are_from(tmp_path, data_dir):
    image, _ = published(
        classifier("arousal_valence", 2),
        tmp_path / "cnn" / "preset",
        data_dir,
        config(frames=1),
    )
    settings = config(
        frames=4, rule="one_step_ahead", features_from=str(tmp_path / "cnn")
    )
    preset, text = published(
        feature_model(4), tmp_path / "preset", data_dir, settings
    )
    assert preset.takes_features
    assert preset.config["input"] == {
        "kind": "features",
        "features_from": str(tmp_path / "cnn"),
        "features_sha256": image.config["weights"]["sha256"],
        "size": SIDE,
    }
    assert preset.config["crop"] == image.config["crop"]
    # The first four of 16 frames have no window before them; the labels of
    # frames 4, 9 and 14 are missing.
    assert "scored 10, unlabelled 3, without prediction 3" not in text
    assert "scored 9, unlabelled 3, without prediction 4" in text


def test_thinned_frames_are_the_presets_rate(tmp_path, data_dir):
    settings = config(frames=2, sample_hz=5.0)
    preset, text = published(
        window_model(2), tmp_path / "preset", data_dir, settings
    )
    assert preset.config["sampling"]["rate_hz"] == 5.0
    assert "about 5 frames a second are seen" in text


def test_calibration_becomes_part_of_the_model(tmp_path, data_dir):
    model = classifier("expression")
    calibration = Calibration(2.0, 0.5, tuple(np.log(np.arange(1, 8) / 28)), 9)
    settings = config(frames=1, target="expression", loss="crossentropy")
    preset, _ = published(
        model,
        tmp_path / "preset",
        data_dir,
        settings,
        calibration=calibration,
    )
    rng = np.random.default_rng(0)
    crops = rng.integers(0, 256, (4, SIDE, SIDE, 3), dtype=np.uint8)
    logits = np.float64(model.predict_on_batch(np.float32(crops)))
    np.testing.assert_allclose(
        preset.predict(crops)["expression"],
        special.softmax((logits + 0.5 * np.log(np.arange(1, 8) / 28)) / 2, 1),
        atol=2e-3,
    )
    origin = preset.config["provenance"]
    assert origin["temperature"] == 2.0
    assert origin["prior_share"] == 0.5
    assert origin["held_out"] == 9
    card = (preset.path / presets.CARD).read_text("utf-8")
    assert "frequency, times 0.500, fitted" in card
