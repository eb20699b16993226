"""Kills and errors in the midst of `emoaff export`."""

import contextlib
import pathlib
import random
import subprocess
import sys
import time

import numpy as np
import pytest

import emoaff
from emoaff.exporting import exporter
from tests.exporting import small_models

ROOT = pathlib.Path(__file__).parents[2]
OUTS = ("a.tflite", "a.onnx", "saved")
_WORK = """
import sys, emoaff
folder, names = sys.argv[1], sys.argv[3:]
for name in names:
    emoaff.export(sys.argv[2], f"{folder}/{name}")
"""


def read_all(path):
    if path.is_file():
        return path.read_bytes()
    return {p.name: p.read_bytes() for p in path.rglob("*") if p.is_file()}


def test_an_old_file_is_whole_until_the_new_one_is_checked(
    still, tmp_path, monkeypatch
):
    out, seen = tmp_path / "a.tflite", []
    emoaff.export(still, out)
    whole = read_all(out)

    def compare(half, *_):
        seen.append((read_all(half) != b"", read_all(out) == whole))
        raise KeyboardInterrupt

    monkeypatch.setattr(exporter, "compare", compare)
    with pytest.raises(KeyboardInterrupt):
        emoaff.export(still, out)
    assert seen == [(True, True)] and read_all(out) == whole
    assert [p.name for p in tmp_path.iterdir()] == ["a.tflite"]


@pytest.mark.slow  # every start loads TensorFlow
def test_kills_at_random_moments_leave_whole_files(still, tmp_path):
    draw, faces = random.Random(1), small_models.noise(3)
    expected = still.predict(faces)
    command = [sys.executable, "-c", _WORK, tmp_path, still.path, *OUTS]
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    seconds = time.monotonic() - began
    deaths = 0
    for _ in range(3):
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(  # it kills when the time is over
                command,
                cwd=ROOT,
                capture_output=True,
                timeout=draw.uniform(0.3, 0.95) * seconds,
            )
            deaths -= 1
        deaths += 1
        for name in OUTS[:2]:
            found = emoaff.load_preset(tmp_path / name).predict(faces)
            np.testing.assert_allclose(
                found["expression"], expected["expression"], atol=1e-4
            )
        # Replaced by two renames, so between them it may be away, or whole.
        if (tmp_path / "saved").exists():
            assert (tmp_path / "saved" / "saved_model.pb").stat().st_size
            assert (tmp_path / "saved" / "fingerprint.pb").is_file()
    assert deaths
    for name in OUTS:
        emoaff.export(still, tmp_path / name)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(OUTS)
