import math

from emoaff.app.job import Job


def test_files_are_told_when_they_are_whole(tmp_path):
    job = Job("key", tmp_path, "clip.mp4", {})
    job.out.mkdir()
    (job.out / "clip.csv").touch()
    assert job.describe(3) == {
        "id": "key",
        "name": "clip.mp4",
        "state": "uploading",
        "ahead": 3,
        "share": None,
        "frames": 0,
        "error": None,
        "note": "",
        "result": None,
        "files": [],
    }
    job.share = 0.12345
    job.end("done", "Half of it is damaged.")
    said = job.describe(0)
    assert (said["files"], said["share"]) == (["clip.csv"], 0.123)
    assert (said["note"], said["error"]) == ("Half of it is damaged.", None)


def test_an_end_has_its_time(tmp_path):
    job = Job("key", tmp_path, "clip.mp4", {})
    assert not job.is_over and math.isnan(job.ended_s)
    job.end("failed", "No.")
    assert job.is_over and job.ended_s > 0
    assert job.describe(0)["error"] == "No."
