import types

import cv2
import numpy as np
import pytest

from emoaff.exporting.faces import draw_faces
from emoaff.exporting.faces import read_corpus_faces
from emoaff.exporting.faces import read_faces
from tests.data.small_corpus import decoded
from tests.data.small_corpus import pixels
from tests.data.small_corpus import small_video


def model(clips, size=24):
    """All that is asked of a source."""
    return types.SimpleNamespace(
        takes_clips=clips,
        picture=(size, size, 3),
        config={"crop": {"interpolation": "area"}},
    )


def test_drawn_people_differ_and_move():
    faces = draw_faces((30, 40), 3, 5)
    assert faces.shape == (3, 5, 30, 40, 3) and faces.dtype == np.uint8
    np.testing.assert_array_equal(faces, draw_faces((30, 40), 3, 5))
    mean = faces.reshape(3, 5, -1).astype(float)
    assert np.abs(mean[0, 0] - mean[1, 0]).mean() > 5
    assert np.abs(mean[:2, 0] - mean[:2, 2]).mean(axis=1).min() > 0.5
    assert np.abs(mean[2, 0] - mean[2, 4]).mean() > 1  # the sample's camera


@pytest.fixture
def folder(tmp_path):
    """Seven pictures, each of one grey, 10 more than the one before."""
    for i in range(7):
        name = f"{'a' if i < 4 else 'b'}/{i}.png"
        (tmp_path / name).parent.mkdir(exist_ok=True)
        picture = np.full((32, 32, 3), 10 * i, np.uint8)
        cv2.imwrite(str(tmp_path / name), picture)
    return tmp_path


def greys(faces):
    return (faces[..., 0, 0, 0] // 10).tolist()


def test_a_folder_gives_pictures_evenly_spread(folder):
    faces = read_faces(model(False), folder, 2)
    assert faces.shape == (7, 24, 24, 3)
    assert greys(faces) == [0, 1, 2, 3, 4, 5, 6]
    assert greys(read_faces(model(False), folder, 2, limit=3)) == [0, 3, 6]


def test_a_folder_gives_clips_in_order_of_name(folder):
    faces = read_faces(model(True), folder, 3)
    assert greys(faces) == [[0, 1, 2], [3, 4, 5]]
    assert greys(read_faces(model(True), folder, 9)) == [
        [0, 1, 2, 3, 4, 5, 6, 6, 6]
    ]


def test_a_corpus_gives_one_picture_of_each_recording(monkeypatch, tmp_path):
    small_video(monkeypatch, tmp_path)
    faces = read_corpus_faces(model(False), "small", "train", tmp_path)
    assert faces.shape == (3, 24, 24, 3)
    for number in range(3):
        off = np.abs(faces[number] - np.float32(decoded(pixels(number, 0))))
        assert off.max() <= 3


def test_a_corpus_gives_clips_of_one_recording_each(monkeypatch, tmp_path):
    small_video(monkeypatch, tmp_path)
    faces = read_corpus_faces(model(True), "small", "train", tmp_path, frames=7)
    assert faces.shape == (3, 7, 24, 24, 3)
    # The second recording has five frames; its last is repeated.
    np.testing.assert_array_equal(faces[1, 4], faces[1, 6])
    for number, frame in ((0, 6), (1, 4), (2, 6)):
        expected = np.float32(decoded(pixels(number, frame)))
        assert np.abs(faces[number, frame] - expected).max() <= 3


def test_an_array_of_pictures_becomes_clips():
    pictures = np.uint8(np.arange(5 * 24 * 24 * 3) % 255)
    pictures = pictures.reshape(5, 24, 24, 3)
    clips = read_faces(model(True), pictures, 2)
    np.testing.assert_array_equal(clips.reshape(4, 24, 24, 3), pictures[:4])
    with pytest.raises(ValueError, match="Expected calibration pictures"):
        read_faces(model(False), clips, 2)
