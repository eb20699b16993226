import numpy as np
import pytest

from emoaff.data.recordings import load_recordings
from emoaff.evaluation.robustness import score_robustness
from emoaff.evaluation.spoiled_pictures import make_spoilings
from emoaff.presets.calibration import calibration_error
from tests.data.small_corpus import CLASSES
from tests.data.small_corpus import decoded
from tests.data.small_corpus import pixels
from tests.data.small_corpus import small_video
from tests.small_presets import AFFECT
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model
from tests.small_presets import window_model


@pytest.fixture
def recordings(monkeypatch, tmp_path):
    small_video(monkeypatch, tmp_path)
    return load_recordings("small", "train", tmp_path)


@pytest.fixture
def preset(recordings, tmp_path):
    model = still_model(
        {"expression": dense(CLASSES, activation="softmax", name="expression")}
    )
    return saved(tmp_path / "still", model, classes(recordings.space))


def test_each_way_has_the_accuracy_on_pictures_spoiled_so(preset, recordings):
    names = ("margin 1.4", "a fifth as bright")
    table = score_robustness(preset, recordings, names)
    ways = {"as stored": lambda x: x, **make_spoilings()}
    known = recordings.expression >= 0
    numbers = [int(n.split()[-1]) for n in recordings.names]
    seen = [
        decoded(pixels(numbers[r], i))
        for r, i in zip(recordings.recording, recordings.index, strict=True)
    ]
    for name in ("as stored", *names):
        # Pillow decodes a hair differently, so a rare tie may turn.
        answers = preset.predict([ways[name](x) for x in seen])["expression"]
        hits = answers.argmax(axis=1) == recordings.expression
        value = table.value("accuracy", part=name)
        assert value == pytest.approx(hits[known].mean(), abs=0.02), name
    assert [row.part for row in table.rows][0] == "as stored"
    assert {row.measure for row in table.rows} == {
        "accuracy",
        "uar",
        "calibration_error",
        "confidence",
    }


def test_each_way_has_its_calibration_as_trained_and_at_equal_classes(
    preset, recordings, tmp_path
):
    prior = np.linspace(1, 2, len(recordings.space))
    prior /= prior.sum()
    outputs = classes(recordings.space)
    outputs["expression"] = {
        **outputs["expression"],
        "class_prior": prior.tolist(),
    }
    knowing = saved(tmp_path / "knowing", preset.model, outputs)
    table = score_robustness(knowing, recordings, ("cut 0.7",))
    truth = recordings.expression
    known = truth >= 0
    numbers = [int(n.split()[-1]) for n in recordings.names]
    seen = [
        make_spoilings()["cut 0.7"](decoded(pixels(numbers[r], i)))
        for r, i in zip(recordings.recording, recordings.index, strict=True)
    ]
    p = np.float64(preset.predict(seen)["expression"][known])
    truth = truth[known]
    sure = p.max(axis=1).mean()
    assert table.value("confidence", part="cut 0.7") == pytest.approx(
        sure, abs=0.01
    )
    assert table.value("calibration_error", part="cut 0.7") == pytest.approx(
        calibration_error(truth, p), abs=0.02
    )
    level = p / prior
    level /= level.sum(axis=1, keepdims=True)
    present = np.unique(truth)
    recalls = [(level[truth == c].argmax(axis=1) == c).mean() for c in present]
    surest = [level[truth == c].max(axis=1).mean() for c in present]
    weights = 1 / np.bincount(truth)[truth]
    expected = {
        "uar": np.mean(recalls),
        "confidence": np.mean(surest),
        "calibration_error": calibration_error(truth, level, weights=weights),
    }
    for measure, value in expected.items():
        found = table.value(measure, "at equal classes", "cut 0.7")
        assert found == pytest.approx(value, abs=0.02), measure


def test_equal_classes_are_the_same_whatever_prior_was_asked_for(
    preset, recordings, tmp_path
):
    shares = np.linspace(1, 9, len(recordings.space))
    outputs = classes(recordings.space)
    outputs["expression"]["class_prior"] = (shares / shares.sum()).tolist()
    knowing = saved(tmp_path / "knowing", preset.model, outputs)
    asked = knowing.with_prior("uniform")
    tables = [
        score_robustness(each, recordings, ()) for each in (knowing, asked)
    ]
    for measure in ("uar", "confidence", "calibration_error"):
        once, again = (
            table.value(measure, "at equal classes", "as stored")
            for table in tables
        )
        assert again == pytest.approx(once, abs=1e-6), measure


def test_all_ways_are_tried_where_none_is_named(preset, recordings):
    table = score_robustness(preset, recordings.subset(np.arange(1)))
    assert {row.part for row in table.rows} == {"as stored", *make_spoilings()}


def test_an_unknown_way_is_refused_with_the_known(preset, recordings):
    with pytest.raises(ValueError, match=r"margin 1\.2, .*Received: fog\."):
        score_robustness(preset, recordings, ("fog",))


def test_dimensions_have_their_concordance(recordings, tmp_path):
    model = still_model({"arousal_valence": dense(2, name="arousal_valence")})
    preset = saved(tmp_path / "affect", model, AFFECT)
    table = score_robustness(preset, recordings, ("blur 1",))
    kinds = {(row.measure, row.of) for row in table.rows}
    assert {("ccc", "valence"), ("ccc", "arousal")} <= kinds


def test_a_preset_of_windows_is_refused(recordings, tmp_path):
    preset = saved(
        tmp_path / "windows", window_model(4), AFFECT, sampling={"window": 4}
    )
    with pytest.raises(ValueError, match="pictures one by one"):
        score_robustness(preset, recordings)
