"""A long video in flat memory."""

import importlib.util
import json
import pathlib
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.sample import CLIP

ROOT = pathlib.Path(__file__).parents[2]
SECONDS = 240  # 6,000 frames


def read_memory_mb(process, name="VmRSS"):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    (line,) = [x for x in status.splitlines() if x.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024 / 1e6


@pytest.mark.slow
@pytest.mark.skipif(
    not pathlib.Path("/proc/self/status").exists(), reason="needs /proc"
)
def test_memory_does_not_grow_with_the_length_of_a_video(tmp_path):
    pytest.importorskip("ai_edge_litert")
    path = ROOT / "benchmarks" / "live.py"
    spec = importlib.util.spec_from_file_location("live", path)
    live = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(live)
    video, out = tmp_path / "long.mp4", tmp_path / "out"
    live.loop_video(CLIP, video, SECONDS)
    process = subprocess.Popen(
        [sys.executable, "-m", "emoaff_cli", "predict", video, "--out", out],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    held, peak = [], 0.0
    while process.poll() is None:
        try:
            held.append(read_memory_mb(process))
            peak = max(peak, read_memory_mb(process, "VmHWM"))
        except (ValueError, OSError):  # it has just ended
            break
        time.sleep(0.1)
    assert process.wait() == 0 and len(held) > 40
    warm, *others = np.array_split(held, 5)[1:]
    assert max(max(part) for part in others) - np.median(warm) < 50
    assert peak < 350
    header = json.loads((out / "long.json").read_text())
    assert header["frames"] >= 25 * SECONDS
