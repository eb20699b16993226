import keras
import numpy as np
import pytest

from emoaff import labels
from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.training.start_comparison import compare_with_start
from tests.data.small_corpus import small_video
from tests.small_presets import AFFECT
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

OWN = labels.LabelSpace("own", ("bored", "happy"))


@pytest.fixture
def recordings(monkeypatch, tmp_path):
    small_video(monkeypatch, tmp_path)
    return load_recordings("small", "train", tmp_path)


def always(folder, chosen, space):
    """A preset that names one class, whatever it sees."""
    bias = np.full(len(labels.get(space)), -5.0)
    bias[chosen] = 5.0
    layer = keras.layers.Dense(
        len(bias),
        activation="softmax",
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(bias),
    )
    return saved(folder, still_model({"expression": layer}), classes(space))


def finish(folder, space, **scores):
    """A finished preset whose card has these scores."""
    preset = always(folder, 0, space)
    rows = [
        {"measure": name, "of": "", "part": "", "value": value, "n": 9}
        | {"low": None, "high": None}
        for name, value in scores.items()
    ]
    facts = {"dataset": "small", "split": "train"}
    config = {**preset.config, "scores": {"rows": rows, "facts": facts}}
    presets.write_config(preset.path, config)
    return preset.path


def test_scores_before_stand_beside_those_after(recordings, tmp_path):
    space = recordings.space.name
    made = finish(tmp_path / "made", space, accuracy=0.75, uar=0.5, f1=1.0)
    first = always(tmp_path / "first", 2, space)
    said = compare_with_start(made, first.path, recordings).splitlines()
    known = recordings.expression[recordings.expression >= 0]
    share = np.mean(known == 2)  # what is always named is right so often
    assert 0 < share < 1
    assert said[0].split() == ["on", "the", "same", "frames", "accuracy", "uar"]
    # One class has a recall of 1, and all others have 0.
    uar = 1 / len(np.unique(known))
    assert said[1].split()[2:] == [f"{share:.4f}", f"{uar:.4f}", "(first)"]
    assert said[2].split() == ["after", "0.7500", "0.5000"]


def test_a_start_without_the_classes_is_not_compared(recordings, tmp_path):
    made = finish(tmp_path / "made", recordings.space.name, accuracy=0.75)
    model = still_model({"expression": dense(2, activation="softmax")})
    first = saved(tmp_path / "first", model, classes(OWN))
    said = compare_with_start(made, first.path, recordings)
    assert said.startswith("before fine-tuning: first does not have the class")
    assert "neutral" in said and "happiness" not in said


def test_a_start_with_other_outputs_is_not_compared(recordings, tmp_path):
    made = finish(tmp_path / "made", recordings.space.name, accuracy=0.75)
    model = still_model({"arousal_valence": dense(2)})
    first = saved(tmp_path / "first", model, AFFECT)
    assert "first gives other outputs" in compare_with_start(
        made, first.path, recordings
    )
