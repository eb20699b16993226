import cv2
import numpy as np
import pytest

import emoaff
from emoaff.faces import VideoWriter
from emoaff.faces import read_picture
from emoaff.prediction.timeline import Timeline
from tests.sample import CLIP
from tests.sample import PORTRAIT


@pytest.fixture(scope="module")
def preset():
    return emoaff.load_preset("compact_ferplus")


@pytest.fixture(scope="module")
def clip(preset):
    timeline = emoaff.predict_video(CLIP, preset)
    return timeline, list(timeline)


def test_the_sample_clip_is_one_happy_person_who_leaves_and_returns(clip):
    timeline, rows = clip
    assert [row.frame for row in rows] == list(range(150))
    assert timeline.rows_of.keys() == {1}
    first, last = 1.0, 5.9
    for row in rows:
        if row.time_s < 3.0 or row.time_s > 5.6:
            assert row.person == 1
            assert row.smoothed.argmax() == 1  # happiness
        if 4.1 < row.time_s < 4.5:
            assert row.person is None and row.probabilities is None
    assert timeline.times_of[1][0] < first
    assert timeline.times_of[1][1] > last


def test_counts_agree_with_the_rows(clip):
    timeline, rows = clip
    with_face = sum(row.person is not None for row in rows)
    assert timeline.frames == 150
    assert timeline.frames_with_face == timeline.rows_of[1] == with_face
    assert sum(timeline.best_of[1].values()) == with_face


def test_reading_twice_gives_the_same(clip):
    timeline, rows = clip
    for a, b in zip(timeline, rows, strict=True):
        assert (a.frame, a.person, a.box) == (b.frame, b.person, b.box)
        if a.probabilities is not None:
            np.testing.assert_allclose(
                a.probabilities, b.probabilities, atol=1e-5
            )


def test_to_pandas_has_the_columns_of_the_file(preset):
    pandas = pytest.importorskip("pandas")
    table = emoaff.predict_video(PORTRAIT, preset).to_pandas()
    assert isinstance(table, pandas.DataFrame)
    assert list(table.columns[:3]) == ["frame", "time_s", "person"]
    assert table.loc[0, "expression"] == "happiness"
    assert table[list(preset.labels.classes)].sum(axis=1)[0] == pytest.approx(1)
    assert table["valence"].isna().all()
    assert table["doubt"].isna().all()  # as a file is read again


def test_a_missing_file_is_named(preset, tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing.mp4"):
        Timeline(tmp_path / "nothing.mp4", preset)


def test_a_picture_is_looked_at_closely_and_the_limit_is_stated(
    preset, tmp_path
):
    portrait = read_picture(PORTRAIT).image
    small = cv2.resize(portrait, (256, 256), interpolation=cv2.INTER_AREA)
    image = np.full((2400, 3200, 3), 90, np.uint8)
    image[2100:2356, 2900:3156] = small
    cv2.imwrite(str(tmp_path / "far.png"), image[..., ::-1])
    timeline = emoaff.predict_video(tmp_path / "far.png", preset)
    (row,) = timeline
    assert row.person == 1 and row.box[0] > 2900 and row.box[1] > 2100
    assert timeline.smallest_face_px == 30.0  # 24 * 3200 / 2560
    coarse = emoaff.predict_video(tmp_path / "far.png", preset, min_face=200)
    assert [row.person for row in coarse] == [None]
    assert coarse.smallest_face_px == pytest.approx(200, rel=0.01)


def test_small_faces_of_a_video_are_found_when_asked_for(preset, tmp_path):
    face = read_picture(PORTRAIT).image
    small = cv2.resize(face, (110, 110), interpolation=cv2.INTER_AREA)
    image = np.full((1080, 1920, 3), 90, np.uint8)
    image[900:1010, 1700:1810] = small
    path = tmp_path / "far.mp4"
    with VideoWriter(path, 1920, 1080, 25, crf=12) as writer:
        for number in range(8):
            writer.write(image, number / 25)
    plain = emoaff.predict_video(path, preset)
    assert {row.person for row in plain} == {None}
    assert plain.smallest_face_px == 72.0
    closer = emoaff.predict_video(path, preset, min_face=24)
    assert {row.person for row in closer} == {1}
    assert closer.smallest_face_px == 24.0


@pytest.mark.parametrize(("width", "height"), [(48, 48), (60, 90), (200, 200)])
def test_a_face_crop_is_taken_as_it_is(preset, tmp_path, width, height):
    x, y, side = 170, 50, 130  # the portrait's face
    crop = read_picture(PORTRAIT).image[y : y + side, x : x + side]
    crop = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    path = tmp_path / "crop.png"
    cv2.imwrite(str(path), crop[..., ::-1])
    (row,) = emoaff.predict_video(path, preset, crops=True, doubt=False)
    assert row.person == 1 and row.box == (0, 0, width, height)
    assert np.isnan(row.face_score)
    expected = preset.predict([crop])["expression"][0]
    np.testing.assert_allclose(row.probabilities, expected, atol=1e-4)


def test_a_crop_that_is_too_small_is_refused(preset, tmp_path):
    path = tmp_path / "tiny.png"
    cv2.imwrite(str(path), np.full((48, 47, 3), 90, np.uint8))
    with pytest.raises(ValueError, match="48 by 48 .* Received: 47 by 48"):
        emoaff.predict_video(path, preset, crops=True)
