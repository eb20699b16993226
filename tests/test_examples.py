"""Every script beside the package runs and says what it should."""

import importlib.util
import pathlib
import sys

import numpy as np
import pytest

from emoaff.faces import Video
from tests.sample import CLIP

ROOT = pathlib.Path(__file__).parents[1]


def script(name):
    spec = importlib.util.spec_from_file_location("script", ROOT / name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_predict_video_tells_the_story_of_the_sample(capsys):
    script("examples/predict_video.py").main()
    printed = capsys.readouterr().out
    assert "0.00 s  person 1  happiness" in printed
    assert "150 frames" in printed and "1 people" in printed


def test_the_clip_that_is_shipped_is_the_one_the_script_makes(tmp_path):
    script("examples/make_astronaut_clip.py").main(str(tmp_path / "clip.mp4"))
    with Video(CLIP) as shipped, Video(tmp_path / "clip.mp4") as made:
        for a, b in zip(shipped, made, strict=True):
            assert a.time_s == b.time_s
            # Encoders of other versions round otherwise.
            error = np.abs(np.int16(a.image) - b.image).mean()
            assert error < 3


def test_the_saved_model_is_the_same_model(tmp_path, capsys):
    export = script("export/saved_model.py")
    out = tmp_path / "saved"
    assert export.main(["compact_ferplus", str(out)]) < 1e-5
    assert "largest difference" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        export.main(["compact_ferplus", str(out)])


def test_the_framewise_benchmark_prints_both_layers(capsys, monkeypatch):
    benchmark = script("benchmarks/framewise.py")
    argv = ["framewise.py", "--frames", "2", "--size", "32", "--batch", "1"]
    monkeypatch.setattr(sys, "argv", argv)
    benchmark.main()
    printed = capsys.readouterr().out
    assert "TimeDistributed" in printed and "Framewise" in printed


def test_the_predict_benchmark_prints_every_stage(capsys, monkeypatch):
    from emoaff import predict

    # The benchmark puts timed classes in their place.
    monkeypatch.setattr(predict, "Video", predict.Video)
    monkeypatch.setattr(predict, "FaceTracker", predict.FaceTracker)
    benchmark = script("benchmarks/predict.py")
    monkeypatch.setattr(sys, "argv", ["predict.py", str(CLIP), "--annotate"])
    benchmark.main()
    printed = capsys.readouterr().out
    for stage in ("decode", "detect", "track", "crop", "model", "write"):
        assert f"\n{stage} " in printed
    assert "peak memory" in printed
