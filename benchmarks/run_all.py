"""Runs the benchmarks of speed and writes docs/reference/benchmarks.md.

    python benchmarks/run_all.py [--quick] [--video VIDEO] [--only NAME ...]
        [--out FILE]

Each table has a baseline, measured in the same run: the ways take turns, one
measurement a round, since a machine is seldom idle, and every number has its
ratio to the baseline's. Medians, with the smallest and largest.

- `shell`: seconds from the shell to the end, and the largest memory, of
  `import tensorflow`;
- `video`: frames a second from a file to rows, of decoding the file alone;
- `files`: seconds for four copies of the video, one process and two;
- `training`: `training_step.py`.

`--quick` takes fewer rounds and smaller clips, and leaves `files` out: under
three minutes on two idle cores. Other benchmarks, which need corpora or other
tools, say in their first lines how they are run.
"""

import argparse
import dataclasses
import importlib.metadata
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

ROOT = pathlib.Path(__file__).parents[1]
MEDIA = ROOT / "examples" / "media"
PAGE = ROOT / "docs" / "reference" / "benchmarks.md"
_PACKAGES = ("ai-edge-litert", "tensorflow", "keras", "av", "torch")


@dataclasses.dataclass(frozen=True)
class Table:
    """Measurements of one kind.

    Args:
        title: What is measured.
        unit: Of the numbers.
        values: Name to its measurements; the first is the baseline.
        remark: What else there is to say.
    """

    title: str
    unit: str
    values: dict[str, list[float]]
    remark: str = ""

    def to_markdown(self) -> str:
        """Returns the table with medians, spread and ratios."""
        baseline, *_ = self.values
        base = statistics.median(self.values[baseline])
        lines = [
            f"## {self.title}",
            "",
            *([self.remark, ""] if self.remark else []),
            f"| way | {self.unit}, median | smallest to largest | "
            f"of {baseline} | times |",
            "|---|---|---|---|---|",
        ]
        for name, values in self.values.items():
            middle = statistics.median(values)
            lines.append(
                f"| {name} | {middle:.4g} | {min(values):.4g} to "
                f"{max(values):.4g} | {middle / base:.2f} | {len(values)} |"
            )
        return "\n".join(lines) + "\n"


def take_turns(ways: dict[str, Callable[[], float]], rounds: int) -> dict:
    """Calls each of `ways` once a round; gives what they returned."""
    values: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            values[name].append(way())
    return values


def measure_video(path, quick) -> Table:
    """Frames a second, models loaded and warm."""
    import av

    import emoaff
    from emoaff.faces import FaceDetector
    from emoaff.prediction import Timeline

    def decode():
        began, count = time.perf_counter(), 0
        with av.open(str(path)) as file:
            file.streams.video[0].thread_type = "AUTO"
            for frame in file.decode(video=0):
                frame.to_ndarray(format="rgb24")
                count += 1
        return count / (time.perf_counter() - began)

    def predict(engine):
        preset = emoaff.load_preset("compact_ferplus", engine)
        detector = FaceDetector(engine=engine)

        def way():
            timeline = Timeline(path, preset, detector=detector)
            began = time.perf_counter()
            for _ in timeline:
                pass
            return timeline.frames / (time.perf_counter() - began)

        way()
        return way

    ways = {
        "decoding with PyAV": decode,
        "emoaff, LiteRT": predict("litert"),
        "emoaff, Keras": predict("keras"),
    }
    return Table(
        "A video to rows",
        "frames/s",
        take_turns(ways, 3 if quick else 7),
        f"{pathlib.Path(path).name}, preset `compact_ferplus`.",
    )


def measure_shell(path, quick) -> tuple[Table, Table]:
    """Seconds and largest memory of whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "import tensorflow": ["-c", "import tensorflow"],
            "emoaff predict --help": ["-m", "emoaff_cli", "predict", "--help"],
            "emoaff predict, a picture": _predict(
                MEDIA / "astronaut.jpg", folder
            ),
            "emoaff predict, the video": _predict(path, folder),
        }
        memory: dict[str, list[float]] = {name: [] for name in commands}

        def make_way(name, words):
            def way():
                seconds, megabytes = run_process(words)
                memory[name].append(megabytes)
                return seconds

            return way

        ways = {n: make_way(n, words) for n, words in commands.items()}
        seconds = take_turns(ways, 2 if quick else 5)
    return (
        Table("From the shell", "seconds", seconds),
        Table("Largest memory", "MB", memory),
    )


def measure_files(path, quick) -> Table:
    """Seconds for a folder, in one process and in two."""
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder, "in")
        place.mkdir()
        for n in range(4):
            shutil.copy(path, place / f"{n}{pathlib.Path(path).suffix}")

        def make_way(jobs):
            words = [*_predict(place, folder), "--jobs", str(jobs)]
            return lambda: run_process(words)[0]

        ways = {"one process": make_way(1), "--jobs 2": make_way(2)}
        values = take_turns(ways, 3)
    return Table("Four copies of the video", "seconds", values)


def measure_training(path, quick) -> Table:
    """Milliseconds a frame and step."""
    import training_step

    frames, size, batch = (4, 64, 1) if quick else (10, 150, 2)
    found = training_step.measure(frames, size, batch, 3 if quick else 7)
    first = ", ".join(f"{name} {s:.0f} s" for name, (s, _) in found.items())
    return Table(
        "A training step of ResNet-50 and two LSTMs",
        "ms a frame",
        {name: times for name, (_, times) in found.items()},
        f"{batch} x {frames} frames of {size}x{size}. The first step, which "
        f"compiles: {first}.",
    )


# First what needs this process to be small: on Linux a new process counts the
# memory of the one that began it as its own.
MEASURES = {
    "shell": measure_shell,
    "video": measure_video,
    "files": measure_files,
    "training": measure_training,
}


def run_process(words: list) -> tuple[float, float]:
    """Runs Python; returns its seconds and largest megabytes.

    Raises:
        RuntimeError: If it fails.
    """
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *map(str, words)],
        cwd=ROOT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(
            f"Expected {words} to end well. Received: exit status "
            f"{process.returncode}. Run it by hand to see why."
        )
    unit = 1e6 if sys.platform == "darwin" else 1e6 / 1024
    return seconds, used.ru_maxrss / unit


def _predict(path, folder):
    return ["-m", "emoaff_cli", "predict", path, "--out", f"{folder}/out"]


def describe_machine() -> str:
    """Returns processor, cores, system and versions in a sentence each."""
    name = platform.processor() or platform.machine()
    cpus = pathlib.Path("/proc/cpuinfo")
    if cpus.exists():
        lines = cpus.read_text().splitlines()
        models = [x for x in lines if x.startswith("model name")]
        name = models[0].split(":", 1)[1].strip() if models else name
    versions = []
    for package in _PACKAGES:
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
        versions.append(f"{package} {version}")
    return (
        f"{name}, {os.cpu_count()} cores, {platform.system()}, Python "
        f"{platform.python_version()}, {', '.join(versions)}."
    )


def write_page(tables: list[Table], command: str, load: str) -> str:
    """Returns the page."""
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Written by `{command}` on: {describe_machine()}",
            "",
            load,
            "",
            "Numbers of a busy machine say little; the ratios, whose both "
            "sides were measured in turns, say more. Measure your own.",
            "",
            *(table.to_markdown() for table in tables),
        ]
    )


def main(argv=None) -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument(
        "--video", type=pathlib.Path, default=MEDIA / "astronaut.mp4"
    )
    parser.add_argument("--only", nargs="+", choices=MEASURES)
    parser.add_argument("--out", type=pathlib.Path, default=PAGE)
    args = parser.parse_args(argv)
    names = args.only or [n for n in MEASURES if not args.quick or n != "files"]
    names = [name for name in MEASURES if name in names]
    loads, tables = [_read_load()], []
    for name in names:
        print(f"{name} ...", flush=True)
        made = MEASURES[name](args.video, args.quick)
        tables += made if isinstance(made, tuple) else [made]
        loads.append(_read_load())
    options = " --quick" * args.quick
    if args.only:
        options += f" --only {' '.join(args.only)}"
    load = (
        "Processes that wanted a core, on average of a minute, before it and "
        f"after each part: {', '.join(loads)}."
    )
    text = write_page(tables, f"python benchmarks/run_all.py{options}", load)
    args.out.write_text(text, "utf-8")
    print(text)


def _read_load():
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"


if __name__ == "__main__":
    main()
