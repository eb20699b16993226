import dataclasses
import os

import pytest

from emoaff.corpora.face_crops import FaceCrop
from emoaff.corpora.footage import Footage
from emoaff.corpora.work_folder import WorkFolder

CROPS = [FaceCrop(0, 0.0, b"one"), FaceCrop(7, 0.28, b"seven")]
REST = {"frames": 9, "others": 0, "damage": "", "error": "", "failed": []}


@pytest.fixture
def work(tmp_path):
    folder = WorkFolder(tmp_path / "work", tmp_path, {"size": 32})
    folder.make()
    return folder


def test_crops_come_back_as_they_were(work):
    assert work.outcome("key") is None
    written = work.write("key", iter(CROPS), lambda: REST)
    assert work.outcome("key") == written
    assert list(work.crops("key")) == [b"one", b"seven"]
    index, time = work.where("key")
    assert (index.tolist(), time.tolist()) == ([0, 7], [0.0, 0.28])
    assert {k: written[k] for k in REST} == REST
    names = sorted(path.name for path in work.folder.iterdir())
    assert names == ["key.crops", "key.json"]


def test_no_crops_are_an_outcome_too(work):
    work.write("key", iter(()), lambda: REST | {"error": "why"})
    assert work.outcome("key")["error"] == "why"
    assert list(work.crops("key")) == []


def test_what_is_not_whole_counts_as_not_there(work):
    def breaks():
        yield CROPS[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work.write("key", breaks(), lambda: REST)
    assert work.outcome("key") is None
    work.write("key", iter(CROPS), lambda: REST)
    (work.folder / "key.crops").write_bytes(b"ones")  # of 8 bytes
    assert work.outcome("key") is None
    (work.folder / "key.json").write_text('{"index": [0')
    assert work.outcome("key") is None


def test_the_same_recording_may_be_written_twice(work):
    for _ in range(2):
        work.write("key", iter(CROPS), lambda: REST)
    assert list(work.crops("key")) == [b"one", b"seven"]


def test_a_folder_that_was_removed_is_not_made_again(work):
    work.folder.rmdir()
    with pytest.raises(FileNotFoundError):
        work.write("key", iter(CROPS), lambda: REST)


def test_a_key_follows_from_all_that_is_cut_and_how(tmp_path, work):
    films = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    for film in films:
        film.write_bytes(b"1234")
        os.utime(film, ns=(0, 10**18))
    names = ((0, "a.mp4"), (1, "b.mp4"))
    series = Footage(tmp_path, names, rate_hz=25.0)
    boxes = Footage(films[0], faces="boxes", boxes={0: (1, 2, 3, 4)})
    footage = [
        Footage(films[0]),
        Footage(films[1]),
        Footage(films[0], start_s=1.0),
        Footage(films[0], end_s=1.0),
        Footage(films[0], region=(0, 0, 0.5, 1)),
        Footage(films[0], faces="whole"),
        Footage(films[0], person="left"),
        boxes,
        dataclasses.replace(boxes, boxes={0: (1, 2, 3, 5)}),
        dataclasses.replace(boxes, boxes={1: (1, 2, 3, 4)}),
        series,
        dataclasses.replace(series, rate_hz=30.0),
        dataclasses.replace(series, pictures=((0, "a.mp4"), (2, "b.mp4"))),
        dataclasses.replace(series, stills=True),
    ]
    keys = [work.key(each) for each in footage]
    assert len(set(keys)) == len(keys)
    assert keys == [work.key(each) for each in footage]
    other = WorkFolder(work.folder, tmp_path, {"size": 64})
    assert other.key(footage[0]) != keys[0]
    moved = WorkFolder(tmp_path / "elsewhere", tmp_path, {"size": 32})
    assert moved.key(footage[0]) == keys[0]


@pytest.mark.parametrize(
    "change",
    [
        lambda film: film.write_bytes(b"12345"),
        lambda film: os.utime(film, ns=(0, 10**18 + 10**9)),
        lambda film: film.unlink(),
    ],
)
def test_a_file_that_has_changed_has_another_key(tmp_path, work, change):
    film = tmp_path / "a.mp4"
    film.write_bytes(b"1234")
    os.utime(film, ns=(0, 10**18))
    footage = [Footage(film), Footage(tmp_path, ((0, "a.mp4"),))]
    before = [work.key(each) for each in footage]
    change(film)
    if film.exists() and film.stat().st_size == 5:
        os.utime(film, ns=(0, 10**18))
    for each, key in zip(footage, before, strict=True):
        assert work.key(each) != key
