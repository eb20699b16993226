import numpy as np
import pytest

import emoaff
from emoaff.faces import Frame
from emoaff.faces import VideoWriter
from emoaff.faces import read_picture
from emoaff.prediction import summary
from emoaff.prediction.video import predict_frames
from tests.prediction.small_sequences import WINDOW
from tests.prediction.small_sequences import clip_preset
from tests.prediction.small_sequences import feature_preset
from tests.prediction.small_sequences import still_preset
from tests.sample import CLIP
from tests.sample import PORTRAIT


@pytest.fixture(scope="module")
def preset():
    return emoaff.load_preset("compact_ferplus")


@pytest.mark.parametrize("prior", ["uniform", {"happiness": 0.01}])
def test_every_way_to_predict_takes_a_prior(preset, prior):
    image = read_picture(PORTRAIT).image
    camera = [Frame(i, i / 25, image) for i in range(8)]
    plain = list(emoaff.predict_video(PORTRAIT, preset))
    timeline = emoaff.predict_video(PORTRAIT, preset, prior=prior)
    asked = list(timeline)
    # A box that is followed is not quite the one that was detected.
    *_, (_, plain_live) = predict_frames(camera, preset)
    *_, (_, live) = predict_frames(camera, preset, prior=prior)
    shares = preset.with_prior(prior).prior.shares
    trained = preset.trained_prior
    pairs = zip((*plain, *plain_live), (*asked, *live), strict=True)
    for before, row in pairs:
        likelihood = np.float64(before.probabilities) / trained.shares
        expected = likelihood ** (1 / trained.sharpness) * shares
        expected /= expected.sum()
        np.testing.assert_allclose(row.probabilities, expected, rtol=1e-3)
    assert live
    assert summary.header(timeline)["model"]["prior"]["name"] in (
        "given",
        "uniform",
    )


def test_the_resting_face_follows_the_prior(preset):
    (row,) = emoaff.predict_video(
        PORTRAIT, preset, prior="uniform", baseline=str(PORTRAIT)
    )
    # Its own face at rest; for another prior it would not be the same.
    assert row.probabilities[0] == pytest.approx(1, abs=1e-5)


def test_every_looks_at_every_so_many_frames(preset):
    rows = list(emoaff.predict_video(CLIP, preset, every=10))
    assert [row.frame for row in rows] == list(range(0, 150, 10))
    assert rows[1].time_s == pytest.approx(0.4)


def test_live_rows_do_not_depend_on_the_future(preset, tmp_path):
    with emoaff.faces.Video(CLIP) as video:
        frames = [frame for frame in video if frame.index < 40]
    short = tmp_path / "short.mp4"
    with VideoWriter(short, 480, 360, 25, crf=0) as writer:
        for frame in frames[:25]:
            writer.write(frame.image, frame.time_s)
    long = tmp_path / "long.mp4"
    with VideoWriter(long, 480, 360, 25, crf=0) as writer:
        for frame in frames:
            writer.write(frame.image, frame.time_s)
    first, second = (
        list(emoaff.predict_video(path, preset, live=True))
        for path in (short, long)
    )
    assert [r.person for r in first] == [r.person for r in second[:25]]
    for a, b in zip(first, second, strict=False):
        if a.smoothed is not None:
            np.testing.assert_allclose(a.smoothed, b.smoothed, atol=0.02)


def test_a_video_without_a_face_has_rows_without_values(preset, tmp_path):
    path = tmp_path / "grey.mp4"
    with VideoWriter(path, 64, 48, 10) as writer:
        for i in range(12):
            writer.write(np.full((48, 64, 3), 10 * i, np.uint8), i / 10)
    timeline = emoaff.predict_video(path, preset)
    rows = list(timeline)
    assert [row.frame for row in rows] == list(range(12))
    assert all(row.person is None and row.box is None for row in rows)
    assert timeline.frames_with_face == 0


def test_largest_keeps_one_face_a_frame(preset, shared_data):
    path = shared_data / "videos" / "multi_face.jpg"
    everyone = list(emoaff.predict_video(path, preset))
    (largest,) = emoaff.predict_video(path, preset, faces="largest")
    assert len(everyone) > 3
    areas = [row.box[2] * row.box[3] for row in everyone]
    assert largest.box[2] * largest.box[3] == max(areas)


def test_persons_of_a_picture_are_numbered_from_the_left(preset, shared_data):
    path = shared_data / "videos" / "multi_face.jpg"
    rows = list(emoaff.predict_video(path, preset))
    assert [row.person for row in rows] == list(range(1, len(rows) + 1))
    assert sorted(row.box[0] for row in rows) == [row.box[0] for row in rows]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Presets of pictures, of their features, and of clips."""
    root = tmp_path_factory.mktemp("small")
    still = still_preset(root / "still")
    memory = feature_preset(root / "memory", still, rate_hz=5, stride=3)
    return still, memory, clip_preset(root / "clips", rate_hz=5)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_presets_of_every_kind_give_a_row_a_frame(small, which):
    timeline = emoaff.predict_video(CLIP, small[which], every=5)
    rows = list(timeline)
    assert [row.frame for row in rows] == list(range(0, 150, 5))
    for row in rows:
        # From the first frame with the face on, not from a full window on.
        assert (row.probabilities is None) == (row.person is None)
        if row.person:
            assert row.probabilities.sum() == pytest.approx(1, abs=1e-5)
    form = timeline.running.form
    # As `emoaff evaluate` runs them.
    assert form == ["static", "window", "window"][which]
    assert timeline.label in timeline.classes


def test_the_picture_of_a_face_is_a_window_of_itself(small):
    (row,) = emoaff.predict_video(PORTRAIT, small[1])
    model = small[1].model
    image = emoaff.faces.read_picture(PORTRAIT).image
    crop = small[0].crop(image, row.box)[None].astype(np.float32)
    features = np.repeat(crop.mean(axis=(1, 2))[:, None] / 100, WINDOW, axis=1)
    expected = model.predict_on_batch(features)["expression"][0]
    np.testing.assert_allclose(row.probabilities, expected, atol=1e-4)


def test_the_rules_of_emo_affectnet_on_a_real_clip(small):
    from emoaff.data.thinning import thinned_frames
    from emoaff.data.window_votes import sample_windows
    from emoaff.data.window_votes import spread_windows_to_frames
    from emoaff.faces import FaceDetector
    from emoaff.faces import crop_face

    # By hand, with whole arrays: detect, crop, windows of all samples.
    detector, samples, features = FaceDetector(), [], []
    with emoaff.faces.Video(CLIP) as video:
        frames = [frame.image for frame in video]
    for place in thinned_frames(len(frames), 25.0):
        found = [d for d in detector.detect(frames[place]) if d.score > 0.7]
        if found:
            box = found[-1].box
            crop = crop_face(frames[place], box, 0, 24, "area", "stretch")
            samples.append(place)
            features.append(crop.mean(axis=(0, 1)) / 100)
    windows = sample_windows(len(samples), WINDOW, 5)
    said = small[1].model.predict_on_batch(np.float32(features)[windows])
    expected = spread_windows_to_frames(
        windows, samples, said["expression"], 150
    )

    timeline = emoaff.predict_video(CLIP, small[1], rules="emo-affectnet")
    rows = list(timeline)
    missing = np.full(7, np.nan)
    got = [
        missing if r.probabilities is None else r.probabilities for r in rows
    ]
    np.testing.assert_allclose(got, expected, atol=1e-4)
    assert {row.person for row in rows if row.person} == {1}


def test_the_frames_of_a_camera_are_answered_at_once(small):
    asked = []

    def camera():
        with emoaff.faces.Video(CLIP) as video:
            for frame in video:
                if frame.index == 40:
                    return
                asked.append(frame.index)
                yield frame

    answered = []
    for frame, rows in predict_frames(
        camera(), small[2], faces="largest", doubt=False
    ):
        assert asked[-1] == frame.index == rows[0].frame
        answered += rows
    # The camera has no rate, so samples go by the clock; nothing else differs.
    timeline = emoaff.predict_video(
        CLIP, small[2], faces="largest", live=True, doubt=False
    )
    for a, b in zip(answered, timeline, strict=False):
        assert (a.frame, a.person) == (b.frame, b.person)
        if a.person:
            np.testing.assert_allclose(a.smoothed, b.smoothed, atol=1e-5)
