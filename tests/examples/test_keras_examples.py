"""The scripts that train: on `synthetic_affect/tiny`, for an epoch."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest

from emoaff import corpora
from emoaff.faces import read_picture
from tests.sample import PORTRAIT

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NAMES = (
    "balance_by_histogram",
    "cnn_lstm_ccc",
    "own_images",
    "several_gpus",
    "to_tflite",
    "weighted_sigmoid_emotions",
)
TINY = "synthetic_affect/tiny"


def load(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_an_example_has_90_lines_at_most_and_figures_of_its_own(name):
    text = (EXAMPLES / f"{name}.py").read_text("utf-8")
    assert len(text.splitlines()) <= 90
    about = text.split('"""')[1]
    assert f"python examples/{name}.py" in about
    assert "Measured" in about and any(c.isdigit() for c in about)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "data"
    corpora.prepare(TINY, None, folder, False)
    return folder


@pytest.fixture
def here(tmp_path, monkeypatch):
    """What an example writes goes to a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_cnn_lstm_ccc_gives_scores_and_a_file_that_loads(data, here, capsys):
    scores = load("cnn_lstm_ccc").main(TINY, data, epochs=1)
    assert np.shape(scores) == (2,) and np.abs(scores).max() <= 1
    assert "differs by 0e+00" in capsys.readouterr().out
    assert keras.models.load_model("cnn_lstm.keras").output_shape[-1] == 2


@pytest.mark.slow
def test_weighted_sigmoid_emotions_repeats_rare_windows(data, here, capsys):
    first, second = load("weighted_sigmoid_emotions").main(
        (TINY, TINY), data, (1, 1)
    )
    assert np.isfinite(first["loss"] + second["val_ccc"]).all()
    counts = {}
    for line in capsys.readouterr().out.splitlines():
        if line.endswith("with copies"):
            name, before, _, after, *_ = line.split()
            if int(before):
                counts[name] = int(before), int(after)
    assert len(counts) > 4
    (neutral, copied), rarest = counts["neutral"], min(counts.values())
    assert rarest[1] / rarest[0] > copied / neutral >= 1


@pytest.mark.slow
def test_balance_by_histogram_trains_on_fewer_frames(data, here, capsys):
    before, after, ccc = load("balance_by_histogram").main(TINY, data, steps=4)
    assert 0 <= before <= 1 and 0 <= after <= 1 and abs(ccc) <= 1
    lines = capsys.readouterr().out.splitlines()
    frames = [int(s.split()[1]) for s in lines if s.startswith("from ")]
    assert frames[0] > frames[1] > 0


@pytest.mark.slow
def test_several_gpus_gives_the_same_on_one_device_and_two(data, here):
    code = (
        "import several_gpus as s; "
        f"print('found', *s.main({TINY!r}, {str(data)!r}, epochs=1))"
    )
    path = os.pathsep.join(map(str, (EXAMPLES, ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    one, two = map(float, done.stdout.split("found")[1].split())
    assert one == pytest.approx(two, abs=0.01)


@pytest.mark.slow
def test_to_tflite_streams_what_keras_gives_for_the_clip(data, here):
    pytest.importorskip("ai_edge_litert")
    assert load("to_tflite").main(TINY, data, epochs=1) < 1e-4
    assert (here / "streaming.tflite").stat().st_size > 10_000


@pytest.mark.slow
def test_own_images_learns_a_folder_per_class(data, here):
    module = load("own_images")
    portrait = read_picture(PORTRAIT).image[50:190, 160:290] // 2
    for name, image in (("face", portrait), ("nothing", portrait * 0 + 90)):
        for number in range(8):
            path = here / "mine" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            keras.utils.save_img(path, image + number, scale=False)
    assert module.main("mine", data, epochs=20) == 1


@pytest.mark.slow
def test_own_images_draws_faces_of_three_classes_itself(data, here):
    module = load("own_images")
    module.write_drawn_faces("drawn", data, 2, TINY)
    found = [p.parent.name for p in (here / "drawn").rglob("*.png")]
    assert set(found) == {"happiness", "sadness", "surprise"}
    assert max(map(found.count, found)) == 2
