import json
import time

import pytest

from emoaff.app import Limits
from emoaff.app import worker as module
from emoaff.app.refusal_error import RefusalError
from emoaff.app.worker import Worker
from tests.app.quick import make_picture

ASKED = {
    "model": "mine",
    "faces": "all",
    "doubt": "withhold",
    "affect": "model",
    "prior": "preset",
    "annotate": "no",
}


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Predicts nothing, at once: how many frames a name asks for."""
    monkeypatch.setattr(module, "load_preset", lambda *given: given)

    def predict(inputs, preset, out, options, talk, **more):
        assert preset == (ASKED["model"], "auto")  # the engine of `predict`
        out.mkdir()
        (path,) = inputs
        if path.stem == "broken":
            raise RuntimeError("odd")
        progress = talk.start_progress("rows")
        for count in range(int(path.stem)):
            progress.update(count + 1, (count + 1) / int(path.stem))
            if count > 200:
                time.sleep(0.01)
        (out / f"{path.stem}.csv").touch()
        said = {"people": [], "source": str(path), "files": [str(out)]}
        talk._report(json.dumps(said))
        return []

    monkeypatch.setattr(module, "predict_files", predict)


def submit(worker, name):
    job = worker.make_job(name, dict(ASKED))
    job.file.write_bytes(make_picture())
    worker.submit(job)
    return job


def wait(until, seconds=10):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def make_worker(tmp_path):
    workers = []

    def make(**limits):
        workers.append(Worker(tmp_path / "jobs", Limits(**limits)))
        return workers[-1]

    yield make
    for worker in workers:
        worker.close()
    assert not (tmp_path / "jobs").exists()


def test_a_job_is_done_and_tells_no_place_on_this_machine(make_worker):
    worker = make_worker()
    job = submit(worker, "3.png")
    wait(lambda: job.is_over)
    said = worker.describe(job)
    assert (said["state"], said["files"]) == ("done", ["3.csv"])
    assert said["result"] == {
        "people": [],
        "source": "3.png",
        "files": ["files"],
    }
    assert job.frames == 3 and job.share == 1.0


def test_what_goes_wrong_with_one_ends_only_that_one(make_worker):
    worker = make_worker(length_s=1)  # at most 60 frames
    broken, long, good = (
        submit(worker, f"{name}.png") for name in ("broken", "61", "60")
    )
    wait(lambda: good.is_over)
    assert worker.describe(broken)["error"] == (
        "broken.png: expected a file that can be worked on. It cannot "
        "(RuntimeError). Try emoaff predict, which says more."
    )
    assert "at most 0.0166667 minutes. It is longer" in long.sentence
    assert good.state == "done"


def test_each_is_told_how_many_are_before_it(make_worker):
    worker = make_worker()
    jobs = [submit(worker, "9999.png") for _ in range(3)]
    wait(lambda: jobs[0].state == "working")
    assert [worker.describe(job)["ahead"] for job in jobs] == [0, 1, 2]
    worker.drop(jobs[1])
    assert worker.describe(jobs[2])["ahead"] == 1
    assert worker.find(jobs[1].key) is None
    assert not jobs[1].folder.exists()
    # One that is being worked on stops soon, and goes.
    worker.drop(jobs[0])
    wait(lambda: not jobs[0].folder.exists())
    worker.drop(jobs[2])


def test_results_are_removed_after_a_time(make_worker):
    worker = make_worker(keep_s=0.3)
    job = submit(worker, "1.png")
    wait(lambda: job.is_over)
    assert job.folder.exists()
    wait(lambda: not job.folder.exists())
    assert worker.find(job.key) is None


def test_there_is_an_end_to_the_queue(make_worker):
    worker = make_worker(waiting=2)
    jobs = [submit(worker, "9999.png") for _ in range(2)]
    with pytest.raises(RefusalError, match="at most 2 files at once"):
        worker.make_job("1.png", dict(ASKED))
    worker.drop(jobs[0])
    worker.make_job("1.png", dict(ASKED))


def test_keys_cannot_be_guessed(make_worker):
    worker = make_worker()
    keys = {worker.make_job("1.png", dict(ASKED)).key for _ in range(50)}
    assert len(keys) == 50
    assert min(map(len, keys)) >= 21  # 128 bits
