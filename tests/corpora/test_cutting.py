import dataclasses
import math

import cv2
import numpy as np
import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError

from emoaff.corpora import clip_reader
from emoaff.corpora import cutting
from emoaff.corpora import recording_cut
from emoaff.corpora.cutting import CropSettings
from emoaff.corpora.cutting import cut_all
from emoaff.corpora.footage import Footage
from emoaff.corpora.work_folder import WorkFolder
from emoaff.faces import VideoWriter
from tests.corpora import tiny
from tests.faces.scene import Person
from tests.faces.scene import Scene
from tests.faces.video_files import numbered
from tests.faces.video_files import write_video

PLAIN = CropSettings(size=32, margin=0.0, rate_hz=None, quality=95)
RED, GREEN, BLUE = (220, 30, 30), (30, 220, 30), (30, 30, 220)


@pytest.fixture
def cut(tmp_path):
    """Cuts footage; gives pictures, frame numbers, seconds and the rest."""

    def cut_one(*footage, settings=PLAIN):
        work = WorkFolder(tmp_path / "work", tmp_path, {})
        found = []
        for key in cut_all(footage, settings, work):
            images = [
                cv2.imdecode(np.frombuffer(jpeg, np.uint8), 1)[..., ::-1]
                for jpeg in work.crops(key)
            ]
            found.append((images, *work.where(key), work.outcome(key)))
        return found[0] if len(footage) == 1 else found

    return cut_one


@pytest.fixture
def readings(monkeypatch):
    """Files, each time that they are decoded from their start."""
    paths = []

    class Counted(clip_reader.Video):
        def __iter__(self):
            paths.append(self.path.name)
            return super().__iter__()

    monkeypatch.setattr(clip_reader, "Video", Counted)
    return paths


def halves():
    """A picture that is red on its left, and on its right green over blue."""
    image = np.empty((48, 64, 3), np.uint8)
    image[:, :32], image[:24, 32:], image[24:, 32:] = RED, GREEN, BLUE
    return image


def mean(image):
    return image[4:-4, 4:-4].mean(axis=(0, 1))


def test_stretches_of_a_video_share_one_decoding(tmp_path, cut, readings):
    film = tiny.film(tmp_path / "a.mp4", 30)
    spans = [(0.4, 0.8), (0.0, 0.2), (0.8, math.inf)]
    found = cut(
        *(Footage(film, start_s=a, end_s=b, faces="whole") for a, b in spans)
    )
    expected = [range(10, 20), range(5), range(20, 30)]
    for (images, index, time, outcome), numbers in zip(
        found, expected, strict=True
    ):
        assert tiny.numbers(images) == index.tolist() == [*numbers]
        np.testing.assert_allclose(time, index / 25, atol=1e-4)
        assert outcome["frames"] == len(numbers)
    assert readings == ["a.mp4"]


def test_what_is_cut_is_not_cut_again(tmp_path, cut, readings):
    films = [tiny.film(tmp_path / f"{name}.mp4") for name in "ab"]
    cut(Footage(films[0], faces="whole"))
    cut(*(Footage(film, faces="whole") for film in films))
    assert readings == ["a.mp4", "b.mp4"]
    # The same, wanted twice, is cut once.
    cut(*[Footage(films[0], faces="whole", end_s=0.1)] * 2)
    assert readings == ["a.mp4", "b.mp4", "a.mp4"]


@pytest.mark.parametrize(
    ("region", "colour"),
    [
        ((0.0, 0.0, 0.5, 1.0), RED),
        ((0.5, 0.0, 1.0, 0.5), GREEN),
        ((0.5, 0.5, 1.0, 1.0), BLUE),
    ],
)
def test_a_region_is_the_part_that_counts(tmp_path, cut, region, colour):
    film = write_video(tmp_path / "a.mp4", [halves()] * 3)
    still = tiny.save(tmp_path / "a.png", halves())
    for path in (film, still):
        images, *_ = cut(Footage(path, region=region, faces="whole"))
        for image in images:
            np.testing.assert_allclose(mean(image), colour, atol=12)


def test_a_box_is_cut_from_its_frame_and_from_its_region(tmp_path, cut):
    film = write_video(tmp_path / "a.mp4", [halves()] * 4)
    boxes = {0: (4, 4, 20, 20), 2: (36.0, 2.0, 20.0, 20.0), 3: (5, 5, 0, 9)}
    images, index, _, outcome = cut(Footage(film, faces="boxes", boxes=boxes))
    assert index.tolist() == [0, 2]
    np.testing.assert_allclose(mean(images[0]), RED, atol=12)
    np.testing.assert_allclose(mean(images[1]), GREEN, atol=12)
    assert (outcome["frames"], outcome["others"]) == (4, 0)
    # 36 pixels from the left of the frame are 4 from that of its right half.
    part = {"region": (0.5, 0, 1, 1), "boxes": {2: (4, 26, 20, 20)}}
    images, index, *_ = cut(Footage(film, faces="boxes", **part))
    assert index.tolist() == [2]
    np.testing.assert_allclose(mean(images[0]), BLUE, atol=12)


def test_a_box_is_cut_from_a_single_picture(tmp_path, cut):
    still = tiny.save(tmp_path / "a.png", halves())
    boxes = {0: (36, 26, 20, 20)}
    (image,), index, time, outcome = cut(
        Footage(still, faces="boxes", boxes=boxes)
    )
    np.testing.assert_allclose(mean(image), BLUE, atol=8)
    assert (index.tolist(), time.tolist()) == ([0], [0.0])
    assert (outcome["frames"], outcome["others"]) == (1, 0)
    images, *_ = cut(Footage(still, faces="boxes", boxes={}))
    assert images == []


def test_a_box_outside_of_its_frame_is_told_and_breaks_nothing(tmp_path, cut):
    film = write_video(tmp_path / "a.mp4", [halves()] * 5)
    box = (4, 4, 20, 20)
    boxes = {
        0: (900, 4, 20, 20),
        1: box,
        2: (4, -21, 20, 20),
        3: (math.nan, 4, 20, 20),
        4: (4, -19, 20, 20),  # a row of it is in the frame
    }
    _, index, _, outcome = cut(Footage(film, faces="boxes", boxes=boxes))
    assert index.tolist() == [1, 4]
    assert outcome["outside"] == [0, 2, 3]
    still = tiny.save(tmp_path / "a.png", halves())
    *_, outcome = cut(Footage(still, faces="boxes", boxes={0: boxes[0]}))
    assert (outcome["outside"], outcome["error"]) == ([0], "")
    where = Footage(tmp_path, ((0, "a.png"), (1, "a.png")), stills=True)
    where = dataclasses.replace(where, faces="boxes", boxes=boxes)
    _, index, _, outcome = cut(where)
    assert index.tolist() == [1]


def test_a_frame_that_breaks_the_cutting_costs_its_recording_alone(
    tmp_path, cut, monkeypatch
):
    films = [tiny.film(tmp_path / f"{name}.mp4") for name in "ab"]
    encode = recording_cut.FaceCropper._encoded

    def breaks(cropper, crop):
        if tiny.numbers([crop]) == [3] and films:
            films.clear()
            raise cv2.error("what OpenCV says")
        return encode(cropper, crop)

    monkeypatch.setattr(recording_cut.FaceCropper, "_encoded", breaks)
    first, second = cut(*(Footage(film, faces="whole") for film in films))
    assert (first[0], first[3]["error"]) == ([], "what OpenCV says")
    assert tiny.numbers(second[0]) == [0, 1, 2, 3, 4]


def two_people():
    """The larger face is on the left, the smaller on the right."""
    return Scene(
        [Person(1, lambda n: (20, 90, 70)), Person(2, lambda n: (200, 90, 50))],
        30,
    )


def test_the_person_on_the_left_or_the_right_is_kept(
    tmp_path, cut, monkeypatch
):
    scene = two_people()
    monkeypatch.setattr(recording_cut, "_detector", lambda: scene)
    names = []
    for frame in scene.frames():
        name = f"{frame.index:03}.png"
        tiny.save(tmp_path / name, frame.image)
        names.append((frame.index, name))
    first = next(scene.frames()).image
    for person, (x, y, side) in (
        ("main", (20, 90, 70)),
        ("left", (20, 90, 70)),
        ("right", (200, 90, 50)),
    ):
        where = Footage(tmp_path, tuple(names), rate_hz=25.0, person=person)
        images, index, time, outcome = cut(where)
        assert index.tolist() == [*range(30)]
        np.testing.assert_allclose(time, np.arange(30) / 25)
        assert outcome["others"] == 1
        face = cv2.resize(first[y : y + side, x : x + side], (32, 32))
        assert np.abs(images[0].astype(int) - face).mean() < 6


def test_numbers_of_pictures_are_frame_numbers_and_a_lack_is_a_gap(
    tmp_path, cut
):
    numbers = (3, 4, 9, 20)
    names = [(n, tiny.picture(tmp_path / f"{n}.png", n).name) for n in numbers]
    (tmp_path / "9.png").write_bytes(b"\x89PNG\r\n\x1a\n no more")
    names.append((21, "gone.png"))
    where = Footage(tmp_path, tuple(names), rate_hz=10.0, faces="whole")
    images, index, time, outcome = cut(where)
    assert index.tolist() == tiny.numbers(images) == [3, 4, 20]
    np.testing.assert_allclose(time, [0.3, 0.4, 2.0])
    assert outcome["failed"] == [[9, "9.png"], [21, "gone.png"]]
    assert (outcome["frames"], outcome["error"]) == (3, "")


def test_stills_are_cut_one_by_one(tmp_path, cut, monkeypatch):
    scene = two_people()
    monkeypatch.setattr(recording_cut, "_detector", lambda: scene)
    names = []
    for frame, _ in zip(scene.frames(), range(3), strict=False):
        tiny.save(tmp_path / f"{frame.index}.png", frame.image)
        names.append((frame.index, f"{frame.index}.png"))
    (tmp_path / "1.png").write_text("no picture")
    images, index, time, outcome = cut(
        Footage(tmp_path, tuple(names), stills=True)
    )
    assert (index.tolist(), len(images)) == ([0, 2], 2)
    assert np.isnan(time).all()
    assert outcome["failed"] == [[1, "1.png"]]
    assert (outcome["frames"], outcome["others"]) == (2, 2)
    boxes = {2: (20, 90, 70, 70)}
    images, index, _, outcome = cut(
        Footage(tmp_path, tuple(names), stills=True, faces="boxes", boxes=boxes)
    )
    assert (index.tolist(), outcome["others"]) == ([2], 0)


def test_a_file_that_cannot_be_read_gives_its_reason(tmp_path, cut):
    (tmp_path / "a.mp4").write_text("no video")
    for name in ("a.mp4", "gone.mp4", "gone.png"):
        images, _, _, outcome = cut(Footage(tmp_path / name, faces="whole"))
        assert images == []
        assert "expected a" in outcome["error"]
        assert outcome["frames"] == 0


def test_reading_that_fails_half_way_keeps_what_was_read(
    tmp_path, cut, monkeypatch
):
    class Breaks(clip_reader.Video):
        def _read(self):
            for frame in super()._read():
                if frame.index == 3:
                    raise OSError("the disk has gone")
                yield frame

    monkeypatch.setattr(clip_reader, "Video", Breaks)
    film = tiny.film(tmp_path / "a.mp4", 9)
    images, index, _, outcome = cut(Footage(film, faces="whole"))
    assert index.tolist() == [0, 1, 2]
    assert outcome["damage"] == "reading stopped (the disk has gone)"
    assert outcome["error"] == ""


def test_half_a_file_is_used_as_far_as_it_goes_and_called_damaged(
    tmp_path, cut
):
    film = tmp_path / "a.mp4"
    with VideoWriter(film, 64, 48) as writer:  # which puts the index first
        for number in range(100):
            writer.write(numbered(number), number / 25)
    whole = film.read_bytes()
    film.write_bytes(whole[: len(whole) // 2])
    images, index, _, outcome = cut(Footage(film, faces="whole"))
    assert 0 < len(images) < 100
    assert index.tolist() == tiny.numbers(images)
    assert outcome["damage"] != ""
    assert outcome["error"] == ""


def test_a_full_disk_is_no_fault_of_a_recording(tmp_path, cut, monkeypatch):
    film = tiny.film(tmp_path / "a.mp4", 9)

    def full(self, *args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(WorkFolder, "write", full)
    with pytest.raises(OSError, match="No space left"):
        cut(Footage(film, faces="whole"))


def test_each_series_of_pictures_and_each_video_is_a_job(tmp_path, monkeypatch):
    jobs = []
    monkeypatch.setattr(cutting, "_run_here", lambda j, *_: jobs.extend(j))
    film = tmp_path / "a.mp4"
    footage = [
        Footage(tmp_path, ((0, "0.png"),), stills=True),
        Footage(tmp_path, ((0, "1.png"),), stills=True),
        Footage(film, end_s=1.0),
        Footage(film, start_s=1.0),
        Footage(film, region=(0, 0, 0.5, 1)),
    ]
    cut_all(footage, PLAIN, WorkFolder(tmp_path / "work", tmp_path, {}))
    assert [len(job) for job in jobs] == [1, 1, 2, 1]


def test_a_process_that_was_ended_is_told_in_one_sentence(
    tmp_path, monkeypatch
):
    def ended(*_, **__):
        raise TerminatedWorkerError("A long story.")

    monkeypatch.setattr(cutting.joblib, "Parallel", lambda *_, **__: ended)
    films = [tiny.film(tmp_path / f"{name}.mp4", 2) for name in "ab"]
    work = WorkFolder(tmp_path / "work", tmp_path, {})
    message = "Expected 2 processes .* memory runs out. Start again with fewer"
    with pytest.raises(OSError, match=message):
        cut_all([Footage(film) for film in films], PLAIN, work, processes=2)


def test_kept_processes_write_where_a_relative_folder_was_named(
    tmp_path, monkeypatch
):
    films = [tiny.film(tmp_path / f"{n}.mp4") for n in range(2)]
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        work = WorkFolder("work", tmp_path, {"of": name})
        stretches = [Footage(film) for film in films]
        keys = cut_all(stretches, PLAIN, work, processes=2)
        assert all(work.outcome(key)["frames"] == 5 for key in keys)
    assert (tmp_path / "second" / "work").is_dir()
