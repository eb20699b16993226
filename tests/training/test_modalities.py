"""Training on faces and features of other modalities, on drawn clips."""

import json
import shutil

import keras
import numpy as np
import pytest
from scipy.io import wavfile

import emoaff
from emoaff import corpora
from emoaff import presets
from emoaff.data.recordings import load_recordings
from emoaff.evaluation import evaluate_recordings
from emoaff.evaluation import predict_corpus
from emoaff.recipes import tzirakis_recola
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_data import ClipData
from emoaff.training.modalities import read_sides
from emoaff.training.modalities import require_inputs
from emoaff.training.recipe_run import train
from emoaff.training.settings import parse_overrides
from tests.data import small_corpus
from tests.data.small_corpus import segments
from tests.tfds_builders.recola_files import SMALL
from tests.tfds_builders.recola_files import clip
from tests.tfds_builders.recola_files import raters_csv
from tests.tfds_builders.recola_files import ratings
from tests.tfds_builders.recola_files import text

NAN = np.nan
SETTINGS = {
    "data.dataset": "small",
    "window.frames": "10",
    "window.stride": "0",
    "model.size": "16",
    "model.units": "[4]",
    "batch.size": "2",
    "schedule.epochs": "2",
    "augmentation.name": "none",
    "modalities": "video,audio",
}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    splits = {
        "train": [e for n in (0, 2) for e in segments(n, range(30))],
        "validation": list(segments(4, range(25))),
    }
    with pytest.MonkeyPatch.context() as patch:
        small_corpus.small_video(patch, folder, splits)
        for number in (0, 2, 4):
            write_sound(folder / "sound" / f"clip {number}.csv", number)
        yield folder


@pytest.fixture(scope="module")
def early(data_dir):
    lines = []
    return run(data_dir, "early", lines), lines


def write_sound(path, number, seconds=1.2):
    """A row each 40 ms: the arousal of that frame, and a wandering pitch."""
    times = np.arange(0, seconds, 0.04)
    arousal = np.cos(number + times * 25 / 10)
    rows = [
        f"'x';{t:.2f};{100 + 50 * a:.6f};{20_000 + 1000 * t:.3f}\n"
        for t, a in zip(times, arousal, strict=True)
    ]
    path.parent.mkdir(exist_ok=True)
    path.write_text("name;frameTime;loudness;pitch\n" + "".join(rows))


def run(data_dir, out, lines=None, **changes):
    overrides = {**SETTINGS, "side_files": f"audio={data_dir}/sound", **changes}
    report = [].append if lines is None else lines.append
    return train(
        "tzirakis_recola",
        data_dir,
        data_dir / out,
        overrides,
        report=report,
        small=True,
    )


@pytest.mark.slow
def test_a_preset_keeps_the_statistics_of_its_training_data(data_dir, early):
    folder, lines = early
    preset = presets.load_preset(folder)
    assert preset.sides == {
        "audio": {"names": ["loudness", "pitch"], "rule": "mean"}
    }
    recordings = load_recordings("small", "train", data_dir)
    t = recordings.index * 0.04
    number = np.array([0, 2])[recordings.recording]
    values = np.stack(
        [100 + 50 * np.cos(number + t * 2.5), 20_000 + 1000 * t], axis=1
    )
    layer = preset.model.get_layer("audio_normalization").get_config()
    np.testing.assert_allclose(layer["mean"], values.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(
        layer["deviation"], values.std(axis=0), rtol=1e-4
    )
    assert (
        "validation, audio: 2 features a frame; 0 of 25 frames have none"
        in "".join(lines)
    )
    card = (preset.path / "README.md").read_text()
    assert "2 features a frame (loudness, ...)" in card
    face = np.zeros((16, 16, 3), np.uint8)
    with pytest.raises(ValueError, match="takes features of audio as well"):
        preset.predict([face])
    with pytest.raises(ValueError, match="takes features of audio as well"):
        emoaff.export(preset, data_dir / "model.onnx")
    with pytest.raises(ValueError, match="takes audio, frames"):
        preset.features([face], "backbone")


@pytest.mark.slow
def test_evaluation_gives_the_model_what_training_gave_it(data_dir, early):
    folder, _ = early
    preset = presets.load_preset(folder)
    validation = load_recordings("small", "validation", data_dir)
    files = f"audio={data_dir}/sound"
    found = evaluate_recordings(preset, validation, side_files=files)
    stored = json.loads((folder / "config.json").read_text())["scores"]
    ours = {(r.measure, r.of): r.value for r in found.table.rows}
    for row in stored["rows"]:
        assert ours[row["measure"], row["of"]] == pytest.approx(row["value"])
    assert "0 of 25 frames have none" in found.facts["audio"]
    # Without the sound it answers as for the mean of training, and says so.
    (data_dir / "mute").mkdir()
    write_sound(data_dir / "mute" / "clip 4.csv", 4, seconds=0.2)
    mute = predict_corpus(
        preset,
        "small",
        "validation",
        data_dir,
        side_files=f"audio={data_dir}/mute",
    )
    assert "20 of 25 frames have none" in mute.facts["audio"]
    assert np.isfinite(mute.values["arousal"]).all()
    with pytest.raises(ValueError, match="Expected features of audio for"):
        evaluate_recordings(preset, validation, side_files="eda=x")
    with pytest.raises(FileNotFoundError, match="--side-files audio=FOLDER"):
        evaluate_recordings(preset, validation)


@pytest.mark.slow
def test_sound_alone_learns_what_only_sound_tells(data_dir):
    settings = {"schedule.epochs": "30", "optimizer.learning_rate": "0.03"}
    folder = run(data_dir, "sound_run", modalities="audio", **settings)
    preset = presets.load_preset(folder)
    assert not preset.sees_faces
    rows = preset.config["scores"]["rows"]
    ccc = {r["of"]: r["value"] for r in rows if r["measure"] == "ccc"}
    # Loudness is arousal: that of another recording is found from it.
    assert ccc["arousal"] > 0.5
    command = preset.config["provenance"]["train_command"]
    assert "'data.modalities=[\"audio\"]'" in command
    assert "data.side_files=audio=sound" in command


@pytest.mark.slow
def test_late_fusion_is_published(data_dir):
    changes = {"fusion": "late", "schedule.epochs": "1"}
    preset = presets.load_preset(run(data_dir, "late", **changes))
    assert preset.model.get_layer("audio_lstm_1").units == 4


def test_batches_hold_each_window_of_each_modality(data_dir):
    config = tzirakis_recola.SMALL.config.change(
        data={
            "dataset": "small",
            "modalities": ("video", "audio"),
            "side_files": f"audio={data_dir}/sound",
        },
        window={"frames": 10, "stride": 0},
        model={"size": 16},
        batch={"size": 2},
    )
    data = ClipData(config, data_dir, data_dir, [].append)
    order = data.order(0).reshape(-1, 2)
    batches = list(data.batches(0, 1, (0, 1)).as_numpy_iterator())
    assert len(batches) == len(order) - 1
    for (x, y), drawn in zip(batches, order[1:], strict=True):
        rows = data.windows.rows[drawn]
        np.testing.assert_array_equal(
            x["audio"], data.training.sides["audio"][rows]
        )
        assert x["frames"].shape == (2, 10, 16, 16, 3)
        arousal = data.training.recordings.arousal[rows]
        np.testing.assert_array_equal(y["arousal_valence"][..., 0], arousal)


def test_files_of_no_modality_are_told(data_dir):
    lines = []
    config = tzirakis_recola.SMALL.config.change(
        data={"dataset": "small", "side_files": "audio=x"}
    )
    assert read_sides(config, [], lines.append) == []
    assert config.data.used_side_files == ""
    both = config.change(
        data={
            "modalities": ("video", "audio"),
            "side_files": "[audio=x, eda=y@4]",
        }
    )
    assert both.data.used_side_files == "audio=x"
    assert lines == [
        "not used: the files of audio, which data.modalities do not name"
    ]


@pytest.mark.parametrize("text", ["video,audio", "[video,audio]"])
def test_modalities_are_named_without_quotes(text):
    config = parse_overrides(ClipConfig, {"modalities": text})
    assert config.data.modalities == ("video", "audio")


@pytest.mark.parametrize(
    ("data", "more", "sentence"),
    [
        ({"modalities": ()}, {}, "must name video, or modalities"),
        ({"modalities": ("video", "frames")}, {}, "must name video"),
        ({"modalities": ("audio", "audio")}, {}, "each once"),
        ({"side_files": "audio"}, {}, "a folder or table for each modality"),
        ({"side_rule": "last"}, {}, "mean|nearest"),
        ({"modalities": ("audio",), "features_from": "x"}, {}, "leave out"),
        (
            {"modalities": ("video", "audio")},
            {"window": {"frames": 1}},
            "windows of several frames",
        ),
        (
            {"modalities": ("audio",)},
            {"batch": {"frames_at_once": 10}},
            "saves memory of faces",
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused(data, more, sentence):
    with pytest.raises(ValueError, match=sentence):
        ClipConfig().change(data=data, **more)


def test_a_model_that_does_not_take_the_modalities_is_refused():
    config = ClipConfig().change(data={"modalities": ("video", "audio")})
    faces = keras.Input((4, 3), name="frames")
    audio = keras.Input((4, 2), name="audio")
    require_inputs(
        keras.Model({"frames": faces, "audio": audio}, faces), config
    )
    for inputs in (faces, {"frames": faces}):
        with pytest.raises(ValueError, match="Take a recipe such as tzirakis"):
            require_inputs(keras.Model(inputs, faces), config)
    require_inputs(keras.Model(faces, faces), ClipConfig())


@pytest.mark.slow
def test_names_that_the_model_does_not_fit_are_damage(early, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(early[0], folder)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config["input"]["sides"]["audio"]["names"].append("third")
    path.write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"sides\.audio\.names.*2 features"):
        presets.load_preset(folder)


@pytest.mark.slow
def test_recola_s_own_sound_and_physiology_train_beside_faces(tmp_path):
    home = tmp_path / "RECOLA"
    raters = home / "RECOLA-Annotation" / "emotional_behaviour"
    rng = np.random.default_rng(0)
    for seed, name in enumerate(("P45", "P46", "P28")):
        clip(home / "RECOLA-Video-recordings" / f"{name}.mp4", 30)
        for number, dimension in enumerate(("arousal", "valence")):
            values = ratings(10 * seed + number, 30)
            raters_csv(raters / dimension / f"{name}.csv", values)
        sound = np.int16(rng.normal(size=20_000) * 1000)
        (home / "RECOLA-Audio-recordings").mkdir(exist_ok=True)
        path = home / "RECOLA-Audio-recordings" / f"{name}.wav"
        wavfile.write(path, 16_000, sound)
        # A thousand rows a second; that of P28 was lost.
        rows = (f"{k / 1000:g};{0.1 * k:g};{k % 7}" for k in range(1200))
        series = "\n".join(["time;EDA;ECG", *rows])
        if name != "P28":
            folder = home / "RECOLA-Biosignals-recordings"
            text(folder / f"{name}.csv", series)
    corpus, data_dir = f"recola/full+{SMALL}", tmp_path / "data"
    corpora.prepare(corpus, home, data_dir, progress_bar=False)
    lines = []
    settings = {
        **SETTINGS,
        "data.dataset": corpus,
        "modalities": "video,audio,physio",
        "schedule.epochs": "1",
    }
    with pytest.raises(ValueError, match="Found none of 1"):
        # Nobody of the validation split has any.
        train(
            "tzirakis_recola", data_dir, tmp_path / "no", settings, small=True
        )
    settings["modalities"] = "video,audio"
    folder = train(
        "tzirakis_recola",
        data_dir,
        tmp_path / "run",
        settings,
        report=lines.append,
        small=True,
    )
    assert "train, audio: 40 features a frame; 0 of 60 frames" in str(lines)
    command = presets.read_config(folder)["provenance"]["evaluate_command"]
    assert "--side-files" not in command
    preset = presets.load_preset(folder)
    found = predict_corpus(preset, corpus, "validation", data_dir)
    assert np.isfinite(found.values["arousal"]).all()
