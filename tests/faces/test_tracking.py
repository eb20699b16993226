import cv2
import numpy as np
import pytest

from emoaff.faces.tracking import CutFinder


def room(seed, contrast=60):
    rng = np.random.default_rng(seed)
    coarse = 128 + contrast * rng.uniform(-1, 1, (6, 8))
    return cv2.resize(coarse, (320, 180)).astype(np.uint8)


def cuts(pictures):
    finder = CutFinder()
    return [n for n, picture in enumerate(pictures) if finder.is_cut(picture)]


def test_cuts_are_found_where_they_are():
    shots = [room(1)] * 10 + [room(2)] * 5 + [room(1)]
    assert cuts(shots) == [10, 15]


def test_a_cut_between_alike_pictures_is_found_after_calm():
    first = room(1)
    second = cv2.addWeighted(first, 0.65, room(2), 0.35, 0)
    difference = np.abs(first.astype(int) - second).mean()
    assert 8 < difference < 18
    assert cuts([first] * 10 + [second] * 3) == [10]


@pytest.mark.parametrize("speed", [1, 4, 10])
def test_a_camera_that_turns_does_not_cut(speed):
    wide = cv2.resize(room(3), (1280, 180))
    assert cuts([wide[:, speed * n : speed * n + 320] for n in range(80)]) == []


def test_a_flash_and_a_fade_are_no_cuts():
    calm = [room(1, contrast=40)] * 6
    flash = [cv2.add(calm[0], 70)]
    fade = [(calm[0] * (1 - n / 30)).astype(np.uint8) for n in range(31)]
    assert cuts(calm + flash + calm + fade) == []


def test_black_and_back_are_cuts():
    black = np.zeros((180, 320), np.uint8)
    assert cuts([room(1)] * 5 + [black] * 5 + [room(1)] * 5) == [5, 10]
