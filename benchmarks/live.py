"""Measures `emoaff live` on a file at its own pace.

    python benchmarks/live.py VIDEO [--seconds 60] [--model PRESET] [--draw]

The video is shown again and again, without decoding it for that, until it is
long enough. Printed are pictures shown a second, how late their answers are,
what was dropped, and the memory after each tenth of the time: it must not grow.
`--draw` draws what the window would show and records it, which costs more.
"""

import argparse
import pathlib
import resource
import sys
import tempfile
import threading
import time

import av
import numpy as np

from emoaff.prediction.live import run_live
from emoaff.presets import load_preset


def loop_video(path, out, seconds: float) -> None:
    """Writes a video's pictures, as they are stored, again and again."""
    with av.open(str(path)) as source, av.open(str(out), "w") as target:
        stored = source.streams.video[0]
        stream = target.add_stream_from_template(stored)
        step = round(1 / (stored.average_rate * stored.time_base))
        start = 0
        while float(start * stored.time_base) < seconds:
            source.seek(0)
            last = 0
            for packet in source.demux(stored):
                if packet.pts is None or packet.dts is None:
                    continue
                last = max(last, packet.pts)
                packet.pts += start
                packet.dts += start
                packet.stream = stream
                target.mux(packet)
            start += last + step


def read_memory_mb() -> float:
    """Megabytes that this process holds now; of its whole life elsewhere."""
    status = pathlib.Path("/proc/self/statm")
    if status.exists():
        pages = int(status.read_text().split()[1])
        return pages * resource.getpagesize() / 1e6
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (1e6 if sys.platform == "darwin" else 1e3)


def measure(path, seconds: float, model: str, draw: bool) -> dict:
    """Runs live once; returns what `run_live` does, and the memory.

    Args:
        path: A video.
        seconds: How long.
        model: A preset.
        draw: Whether pictures are drawn on and recorded.
    """
    latencies, memory, ended = [], [], threading.Event()

    def watch():
        while not ended.wait(seconds / 10):
            memory.append(read_memory_mb())

    def keep(line):
        # The last number of a line is how late the answer is.
        latencies.append(float(line.rsplit(":", 1)[1].rstrip("} \n")))

    with tempfile.TemporaryDirectory() as folder:
        longer = pathlib.Path(folder) / f"long{pathlib.Path(path).suffix}"
        loop_video(path, longer, seconds)
        watcher = threading.Thread(target=watch)
        begun = time.process_time()
        watcher.start()
        done = run_live(
            load_preset(model, "auto"),
            str(longer),
            window=False,
            out=folder,
            record=draw,
            seconds=seconds,
            write_line=keep,
        )
        ended.set()
        watcher.join()
    late = np.percentile(latencies, 95) if latencies else float("nan")
    return {
        **done,
        "latency_95_s": float(late),
        "memory_mb": memory,
        "cores": (time.process_time() - begun) / done["seconds"],
    }


def main(argv=None) -> None:
    """Prints what `measure` found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--model", default="compact_ferplus")
    parser.add_argument("--draw", action="store_true")
    args = parser.parse_args(argv)
    done = measure(args.video, args.seconds, args.model, args.draw)
    total = done["shown"] + done["dropped"]
    print(f"{done['shown']} of {total} pictures in {done['seconds']:.1f} s")
    print(f"{done['rate']:.1f} shown a second")
    print(
        f"{1000 * done['latency_s']:.0f} ms late, 95 % within "
        f"{1000 * done['latency_95_s']:.0f} ms"
    )
    print(f"{done['cores']:.2f} cores busy")
    print("memory in MB:", *(f"{each:.0f}" for each in done["memory_mb"]))


if __name__ == "__main__":
    main()
