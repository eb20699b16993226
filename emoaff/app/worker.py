"""The queue of files, and the one thread that works on them."""

import collections
import json
import pathlib
import secrets
import shutil
import threading
import time

from emoaff.app.intake import check_media
from emoaff.app.job import Job
from emoaff.app.limits import Limits
from emoaff.app.refusal_error import RefusalError
from emoaff.prediction.files import predict_files
from emoaff.prediction.options import Options
from emoaff.prediction.talk import Talk
from emoaff.presets import Preset
from emoaff.presets import load_preset

_FORMATS = ("csv", "csv-long", "events", "json", "elan", "praat", "srt")
_LOOK_EVERY_S = 1.0


class Worker:
    """Works on one file after the other, in a thread of its own.

    Args:
        folder: Where files and results are kept; removed by `close`.
        limits: See `Limits`.

    Example:
    >>> with Worker(pathlib.Path("kept"), Limits()) as worker:
    ...     job = worker.make_job("clip.mp4", {})
    ...     worker.find(job.key) is job, worker.find("guess")
    (True, None)
    """

    def __init__(self, folder: pathlib.Path, limits: Limits):
        self._folder, self._limits = folder, limits
        self._jobs: dict[str, Job] = {}
        self._waiting: collections.deque[Job] = collections.deque()
        self._presets: dict[str, Preset] = {}
        self._change = threading.Condition()
        self._is_closed = False
        folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def make_job(self, name: str, asked: dict[str, str]) -> Job:
        """Makes room for a file that is about to come.

        Raises:
            RefusalError: If too many are there already.
        """
        with self._change:
            busy = sum(not job.is_over for job in self._jobs.values())
            if busy >= self._limits.waiting:
                raise RefusalError(
                    f"Expected at most {self._limits.waiting} files at once. "
                    "All places are taken. Try again in a minute.",
                    503,
                )
            key = secrets.token_urlsafe(16)
            job = Job(key, self._folder / key, name, asked)
            job.file.parent.mkdir(parents=True)
            self._jobs[key] = job
        return job

    def submit(self, job: Job) -> None:
        """Lets a job wait for its turn, when its file is there."""
        with self._change:
            job.state = "waiting"
            self._waiting.append(job)
            self._change.notify()

    def find(self, key: str) -> Job | None:
        """Returns the job of a key; `None` if there is none."""
        return self._jobs.get(key)

    def describe(self, job: Job) -> dict:
        """Returns the state of a job, for JSON."""
        with self._change:
            waiting = list(self._waiting)
        ahead = waiting.index(job) + 1 if job in waiting else 0
        return job.describe(ahead)

    def drop(self, job: Job) -> None:
        """Removes a job with its file and results."""
        with self._change:
            job.is_dropped = True
            self._jobs.pop(job.key, None)
            if job in self._waiting:
                self._waiting.remove(job)
        # One that is being worked on is removed when it has stopped.
        if job.state != "working":
            shutil.rmtree(job.folder, ignore_errors=True)

    def close(self) -> None:
        """Stops, and removes everything."""
        with self._change:
            self._is_closed = True
            for job in self._jobs.values():
                job.is_dropped = True
            self._change.notify()
        self._thread.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self):
        while True:
            with self._change:
                if not self._waiting and not self._is_closed:
                    self._change.wait(_LOOK_EVERY_S)
                if self._is_closed:
                    return
                job = self._waiting.popleft() if self._waiting else None
                if job:
                    job.state = "working"
            if job:
                self._work(job)
            self._remove_old()

    def _work(self, job):
        try:
            check_media(job.file, self._limits)
            said = self._predict(job)
            job.result = _clean(said)
            job.end("done", job.sentence)
        except RefusalError as refusal:
            job.end("failed", str(refusal))
        except Exception as error:  # one file must not end the service
            kind = type(error).__name__
            job.end(
                "failed",
                f"{job.name}: expected a file that can be worked on. It cannot "
                f"({kind}). Try emoaff predict, which says more.",
            )
        if job.is_dropped:
            shutil.rmtree(job.folder, ignore_errors=True)

    def _predict(self, job):
        asked = job.asked
        options = Options(
            faces=asked["faces"],
            doubt=asked["doubt"] == "withhold",
            affect=asked["affect"],
            prior=None if asked["prior"] == "preset" else asked["prior"],
        )
        lines = []
        failures = predict_files(
            [job.file],
            self._load(asked["model"]),
            job.out,
            options,
            annotated="emoaff" if asked["annotate"] == "yes" else None,
            form=_FORMATS,
            page=True,
            talk=_JobTalk(job, self._limits, lines.append),
        )
        said = [json.loads(line) for line in lines]
        results = [each for each in said if "people" in each]
        sentence = " ".join(
            failure.reason.replace(f"{job.folder}/in/", "").replace(
                f"{job.out}/", ""
            )
            for failure in failures
        )
        if not results:
            raise RefusalError(sentence or f"{job.name}: there is no result.")
        job.sentence = sentence
        return results[0]

    def _load(self, name):
        if name not in self._presets:
            # Models are large; the one that was used last goes on being used.
            self._presets = {name: load_preset(name, "auto")}
        return self._presets[name]

    def _remove_old(self):
        now = time.monotonic()
        with self._change:
            jobs = list(self._jobs.values())
        for job in jobs:
            if job.is_over and now - job.ended_s > self._limits.keep_s:
                self.drop(job)


def _clean(said):
    """Leaves out where on this machine the files lie."""
    keep = {**said, "source": pathlib.Path(said["source"]).name}
    keep["files"] = [pathlib.Path(file).name for file in said["files"]]
    return keep


class _JobTalk(Talk):
    """Tells a job how far it is; ends it when it is too long or unwanted."""

    def __init__(self, job, limits, report):
        super().__init__("json", report)
        self._job, self._limits = job, limits

    def start_progress(self, label):
        self._begun = getattr(self, "_begun", 0) + 1
        return self

    def update(self, count, share):
        job = self._job
        if job.is_dropped:
            raise ValueError("It was removed.")
        if count > self._limits.frames:
            raise RefusalError(
                f"{job.name}: expected a video of at most "
                f"{self._limits.length_s / 60:g} minutes. It is longer. Cut "
                "it, or use the command emoaff predict.",
                413,
            )
        job.frames = count
        # Drawing, where it follows, takes about a quarter of the time.
        draws = job.asked["annotate"] == "yes"
        rows = 0.75 if draws else 1.0
        first = self._begun == 1
        job.share = rows * share if first else rows + (1 - rows) * share

    def close(self):
        pass
