import importlib.util
import pathlib

import numpy as np
import pytest

from emoaff.faces import Video
from tfds_builders.synthetic_affect.affect_plane import CLASSES
from tfds_builders.synthetic_affect.affect_plane import name_expression

SCRIPT = pathlib.Path(__file__).parents[2] / "examples/make_synthetic_clips.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("clips", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(script, out, *more):
    small = ["--clips", "2", "--seconds", "0.4", "--size", "64"]
    return script.main(["--out", str(out), *small, *more])


def test_each_class_gets_a_folder_of_clips_that_can_be_read(script, tmp_path):
    paths = make(script, tmp_path, "--classes", "anger", "neutral")
    assert sorted(tmp_path.rglob("*.mp4")) == sorted(paths)
    assert [path.parent.name for path in paths] == ["anger"] * 2 + [
        "neutral"
    ] * 2
    for path in paths:
        with Video(path) as video:
            frames = list(video)
        assert len(frames) == 10  # 0.4 s at 25 a second
        assert frames[0].image.shape == (64, 64, 3)


def test_the_default_is_twelve_clips_of_three_classes(script, tmp_path):
    options = script._options(["--out", str(tmp_path)])
    assert options.classes == ["happiness", "sadness", "surprise"]
    assert (options.clips, options.seconds, options.size) == (12, 3.0, 256)


def first_pictures(script, out, *more):
    pictures = []
    for path in make(script, out, *more):
        with Video(path) as video:
            pictures.append(next(iter(video)).image.astype(float))
    return pictures


def test_no_two_clips_show_the_same_person_and_seeds_show_others(
    script, tmp_path
):
    pictures = first_pictures(script, tmp_path / "0")
    pictures += first_pictures(script, tmp_path / "1", "--seed", "1")
    for i, one in enumerate(pictures):
        for other in pictures[:i]:
            assert np.abs(one - other).mean() > 10
    again = first_pictures(script, tmp_path / "again")
    np.testing.assert_array_equal(again, pictures[: len(again)])


@pytest.mark.parametrize("name", CLASSES)
def test_a_clip_shows_its_class_most_of_the_time(
    script, tmp_path, monkeypatch, name
):
    shown = []

    def film(rng, identity, style, truth, size):
        shown.append(np.mean(name_expression(*truth.T) == CLASSES.index(name)))
        yield np.zeros((size, size, 3), "uint8"), None

    monkeypatch.setattr(script, "film_scenes", film)
    argv = ["--classes", name, "--out", str(tmp_path), "--size", "64"]
    script.main(argv)
    assert len(shown) == 12
    assert np.min(shown) > 0.6


def test_an_unknown_class_names_the_known(script, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        make(script, tmp_path, "--classes", "boredom")
    assert stopped.value.code == 2
    assert "happiness" in capsys.readouterr().err


def test_no_clips_are_a_mistake(script, tmp_path, capsys):
    with pytest.raises(SystemExit):
        script.main(["--out", str(tmp_path), "--clips", "0"])
    assert "Received: 0" in capsys.readouterr().err
