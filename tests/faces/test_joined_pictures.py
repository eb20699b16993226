import cv2
import numpy as np
import pytest

from emoaff.faces import Video
from emoaff.faces import join_pictures


def write(path, seed, shape=(31, 47, 3)):
    image = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    cv2.imwrite(str(path), image[..., ::-1])
    return image


def test_frames_keep_their_order_times_and_every_pixel(tmp_path):
    folder = tmp_path / "shots"
    (folder / "inside").mkdir(parents=True)
    images = [write(folder / f"{n}.png", n) for n in (2, 10, 9)]
    write(folder / "inside" / "1.png", 1)
    (folder / "notes.txt").write_text("x")
    assert join_pictures(folder, tmp_path / "a.mkv", 12.5) == 3
    with Video(tmp_path / "a.mkv") as video:
        frames = list(video)
    np.testing.assert_allclose([f.time_s for f in frames], [0, 0.08, 0.16])
    for place, frame in zip((0, 2, 1), frames, strict=True):
        np.testing.assert_array_equal(frame.image, images[place])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.mkv", "shots"]


def test_what_is_no_series_is_refused(tmp_path):
    write(tmp_path / "1.png", 1)
    with pytest.raises(ValueError, match="has 1 pictures directly in it"):
        join_pictures(tmp_path, tmp_path / "a.mkv", 25)
    write(tmp_path / "2.png", 2, (30, 47, 3))
    with pytest.raises(ValueError, match="1.png has 47 x 31.*2.png 47 x 30"):
        join_pictures(tmp_path, tmp_path / "a.mkv", 25)
    with pytest.raises(ValueError, match="rate_hz=0"):
        join_pictures(tmp_path, tmp_path / "a.mkv", 0)
    assert not (tmp_path / "a.mkv").exists()
