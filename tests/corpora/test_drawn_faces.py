"""A drawn face that moves, from video files to what is stored."""

import dataclasses

import cv2
import numpy as np
import pytest

from tests.faces.video_files import write_video
from tests.tfds_builders.built import Built
from tfds_builders.synthetic_affect.courses import Course
from tfds_builders.synthetic_affect.courses import draw_course
from tfds_builders.synthetic_affect.filming import film_scenes
from tfds_builders.synthetic_affect.identity import draw_identity
from tfds_builders.synthetic_affect.styles import STYLES

FRAMES, SIDE, SIZE = 24, 256, 64
CODECS = {"mp4": "libx264", "avi": "mpeg4", "flv": "flv"}


def film():
    """A person with a happy face, who keeps moving."""
    style = dataclasses.replace(
        STYLES["stage"],
        course=Course(peak=(0.95, 1.2), wander=0.03, acted=True),
        clutter=(0, 2),
    )
    identity = draw_identity(np.random.default_rng(0))
    rng = np.random.default_rng(1)
    truth = draw_course(rng, 60, style.fps, style.course, {"happiness": 1.0})
    scenes = film_scenes(rng, identity, style, truth[20 : 20 + FRAMES], SIDE)
    return [picture for picture, _ in scenes]


@pytest.fixture(scope="module")
def pictures():
    return film()


@pytest.fixture(scope="module")
def built(tmp_path_factory, pictures):
    home = tmp_path_factory.mktemp("drawn")
    for actor, (suffix, codec) in enumerate(CODECS.items(), start=1):
        name = f"01-01-03-01-01-01-{actor:02d}.{suffix}"
        (home / f"Actor_{actor:02d}").mkdir()
        write_video(home / f"Actor_{actor:02d}" / name, pictures, codec=codec)
    name = f"ravdess_video/speech+size={SIZE}"
    return Built(name, home, tmp_path_factory.mktemp("data"))


def test_a_moving_face_is_found_in_every_container(built):
    assert len(built.names("train")) == len(CODECS)
    for name in built.names("train"):
        frames = built.frames(name)
        assert len(frames["index"]) >= 0.9 * FRAMES
        assert set(frames["expression"]) == {2}  # happy
        assert frames["image"].shape[1:] == (SIZE, SIZE, 3)


def test_what_is_stored_is_the_face_and_not_the_picture(built, pictures):
    for name in built.names("train"):
        frames = built.frames(name)
        for index, crop in zip(frames["index"], frames["image"], strict=True):
            whole = cv2.resize(pictures[index], (SIZE, SIZE))
            assert np.abs(crop.astype(float) - whole).mean() > 10
            # It stands somewhere in its own frame, a few times smaller.
            found = [
                cv2.matchTemplate(
                    pictures[index],
                    cv2.resize(crop, (side, side)),
                    cv2.TM_CCOEFF_NORMED,
                ).max()
                for side in range(60, SIDE, 8)
            ]
            assert max(found) > 0.9
