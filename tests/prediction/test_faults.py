"""Kills, full disks and interrupts in the midst of `predict`."""

import csv
import gc
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from emoaff.faces import Video
from emoaff.faces import VideoWriter
from emoaff.faces.litert_network import has_litert
from emoaff.prediction import file_work
from emoaff.prediction import tables
from emoaff.prediction.files import predict_files
from emoaff.presets import load_preset
from tests.prediction.test_files import Detector

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or not has_litert(), reason="needs fork and LiteRT"
)
ROOT = pathlib.Path(__file__).parents[2]
FRAMES = 8


@pytest.fixture(autouse=True)
def quick_detector(monkeypatch):
    monkeypatch.setattr(file_work, "FaceDetector", lambda **_: Detector())


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    root = tmp_path_factory.mktemp("in")
    for name in ("a", "b", "c/a", "c/d"):
        (root / name).parent.mkdir(exist_ok=True)
        with VideoWriter(root / f"{name}.mp4", 64, 48, 10) as writer:
            for i in range(FRAMES):
                writer.write(np.full((48, 64, 3), 60, np.uint8), i / 10)
    return root


def predict(clips, out, **more):
    # In the process that is to die: what LiteRT and FFmpeg start stays there.
    preset = load_preset("compact_ferplus", "litert")
    failures = predict_files(
        [clips], preset, out, annotated="emoaff", report=[].append, **more
    )
    return [failure.reason for failure in failures]


def fork(work, kill_after_s=None):
    """Works in a process of its own; gives its status and what `work` gave."""
    here, there = os.pipe()
    child = os.fork()
    if not child:
        gc.freeze()  # what the parent left has threads that are not here
        status = 1
        try:
            if kill_after_s is not None:
                kill = (os.getpid(), signal.SIGKILL)
                threading.Timer(kill_after_s, os.kill, kill).start()
            os.write(there, json.dumps(work()).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(there)
    _, status = os.waitpid(child, 0)
    with os.fdopen(here, "rb") as pipe:
        said = pipe.read()
    return status, json.loads(said) if said else None


def check_whole(out):
    """Whatever has its final name is whole; returns the finished results."""
    for path in out.rglob("*"):
        if any(part.startswith(".emoaff-") for part in path.parts):
            continue
        if path.suffix == ".csv" and path.stem != "summary":
            assert len(list(tables.read_table(path)[1])) == FRAMES
        elif path.suffix == ".mp4":
            with Video(path) as video:
                assert sum(1 for _ in video) == FRAMES
        elif path.suffix == ".json":
            for name in json.loads(path.read_text())["files"]:
                assert (path.parent / name).is_file()
    return sorted(str(p.relative_to(out)) for p in out.rglob("*.json"))


def read_all(out):
    assert not list(out.rglob(".emoaff-*"))
    return {
        str(path.relative_to(out)): path.read_text()
        for path in out.rglob("*.csv")
        if path.stem != "summary"
    }


@pytest.fixture(scope="module")
def expected(clips, tmp_path_factory):
    out = tmp_path_factory.mktemp("expected")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_work, "FaceDetector", lambda **_: Detector())
        began = time.monotonic()
        assert fork(lambda: predict(clips, out)) == (0, [])
    return read_all(out), time.monotonic() - began


def test_kills_at_random_moments_leave_nothing_half_and_nothing_to_repeat(
    clips, expected, tmp_path
):
    texts, seconds = expected
    draw, deaths, finished, out = random.Random(3), 0, [], tmp_path / "0"
    for attempt in range(1, 13):
        status, _ = fork(
            lambda out=out: predict(clips, out, skip_done=True),
            draw.uniform(0.05, 0.9) * seconds,
        )
        deaths += status == signal.SIGKILL
        before = {name: (out / name).stat().st_mtime_ns for name in finished}
        finished = check_whole(out)
        # What was finished is not touched again.
        for name, when in before.items():
            assert (out / name).stat().st_mtime_ns == when
        if attempt >= 6 and deaths >= 2:
            break
        if status == 0:  # faster than thought: from the start, killed sooner
            seconds /= 2
            finished, out = [], tmp_path / str(attempt)
    assert deaths >= 2
    assert fork(lambda: predict(clips, out, skip_done=True)) == (0, [])
    assert len(check_whole(out)) == 4
    assert read_all(out) == texts


def test_a_file_size_limit_says_so_and_leaves_nothing_half(
    clips, expected, tmp_path
):
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
        return predict(clips, tmp_path)

    status, reasons = fork(limited)
    assert status == 0 and len(reasons) >= 4
    assert sum("Make room and run again" in each for each in reasons) >= 4
    assert check_whole(tmp_path) == []
    assert fork(lambda: predict(clips, tmp_path)) == (0, [])
    assert read_all(tmp_path) == expected[0]


def test_a_full_disk_keeps_what_is_finished(clips, expected, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48k", "none", str(disk)]
    if shutil.which("mount") is None or os.geteuid():
        pytest.skip("only root may mount a small disk")
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        status, reasons = fork(lambda: predict(clips, disk))
        assert status == 0 and 1 <= len(reasons) <= 5
        assert all("Make room and run again" in each for each in reasons)
        finished = check_whole(disk)
        assert len(finished) >= 4 - len(reasons)
        subprocess.run([*mount[:3], "-o", "remount,size=8m", *mount[-2:]])
        again = fork(lambda: predict(clips, disk, skip_done=True))
        assert again == (0, [])
        assert read_all(disk) == expected[0]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_two_runs_into_one_folder_give_each_file_one_result(
    clips, expected, tmp_path
):
    answers = []

    def run():
        answers.append(fork(lambda: predict(clips, tmp_path)))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(0, []), (0, [])]
    assert len(check_whole(tmp_path)) == 4
    assert read_all(tmp_path) == expected[0]


@pytest.mark.slow  # the whole command, with its detector
def test_a_kill_half_way_through_two_jobs_repeats_no_finished_file(tmp_path):
    root, out = tmp_path / "in", tmp_path / "out"
    root.mkdir()
    for k in range(6):
        with VideoWriter(root / f"{k}.mp4", 64, 48, 10) as writer:
            for i in range(40 if k < 3 else 400):
                writer.write(np.full((48, 64, 3), 60, np.uint8), i / 10)
    command = [sys.executable, "-m", "emoaff_cli", "predict", str(root)]
    command += ["--out", str(out), "--jobs", "2", "--every", "1", "--skip-done"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + 120
    while len(list(out.rglob("*.json"))) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    process.kill()
    process.wait()
    # Its workers end with it, so that nobody else writes there.
    with pytest.raises(ProcessLookupError):
        while time.monotonic() < until:
            os.killpg(process.pid, 0)
            time.sleep(0.05)

    def read_places():
        # A result that is written again is another file, at another time.
        stats = {p.name: p.stat() for p in out.glob("*.json")}
        return {n: (s.st_ino, s.st_mtime_ns) for n, s in stats.items()}

    before = read_places()
    assert 3 <= len(before) < 6
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    after = read_places()
    assert len(after) == 6 and before.items() <= after.items()
    with (out / "summary.csv").open(newline="") as file:
        states = {
            f"{pathlib.Path(row['file']).stem}.json": row["state"]
            for row in csv.DictReader(file)
        }
    kept = {name for name, state in states.items() if state != "done"}
    assert kept == set(before) and len(states) == 6
    assert not list(out.rglob(".emoaff-*"))


def listen_to_interrupts():
    """Undoes what a shell tells those that it runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.slow  # the whole command, with its detector
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_interrupt_ends_it_in_two_seconds_and_keeps_what_is_done(
    jobs, clips, tmp_path
):
    root, out = tmp_path / "in", tmp_path / "out"
    shutil.copytree(clips, root)
    with VideoWriter(root / "z.mp4", 64, 48, 10) as writer:  # takes seconds
        for i in range(20_000):
            writer.write(np.full((48, 64, 3), 60, np.uint8), i / 10)
    command = [sys.executable, "-m", "emoaff_cli", "predict", str(root)]
    process = subprocess.Popen(
        [*command, "--out", str(out), "--jobs", str(jobs), "--every", "1"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=listen_to_interrupts,
    )
    until = time.monotonic() + 120
    while len(list(out.rglob("*.json"))) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.5)
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate(timeout=60)
    busy = max(1, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert time.monotonic() - began < 2 * busy
    assert process.returncode == 130, said
    assert "4 of 5 results are finished and kept" in said
    assert "Traceback" not in said
    assert len(check_whole(out)) == 4
    assert not list(out.rglob(".emoaff-*"))
    with (out / "summary.csv").open(newline="") as file:
        states = [row["state"] for row in csv.DictReader(file)]
    assert sorted(states) == ["done"] * 4 + ["not done"]
