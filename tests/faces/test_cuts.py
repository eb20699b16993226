import cv2
import numpy as np
import pytest

from emoaff.faces.cuts import CutFinder
from emoaff.faces.cuts import is_calm


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


def thumbnail(picture):
    finder = CutFinder()
    finder.is_cut(picture)
    return finder.latest


FACE = np.array([0.25, 0.2, 0.5, 0.6])  # 80 to 160 across, 36 to 108 down


def test_it_is_calm_while_only_a_known_face_and_what_is_near_it_change():
    before, after = room(1), room(1)
    after[30:115, 72:168] = 255
    assert is_calm(thumbnail(before), thumbnail(after), [FACE])
    assert not is_calm(thumbnail(before), thumbnail(after), [])
    assert not is_calm(thumbnail(before), thumbnail(after), [FACE - 0.25])


def test_noise_and_a_lamp_that_flickers_a_little_are_calm():
    before, rng = room(1, contrast=40), np.random.default_rng(0)
    after = np.clip(before + rng.normal(8, 20, before.shape), 0, 255)
    pair = thumbnail(before), thumbnail(after.astype(np.uint8))
    assert is_calm(*pair, [FACE])


@pytest.mark.parametrize("contrast", [18, 30])
@pytest.mark.parametrize("place", [(0, 0), (0, 300), (150, 0), (150, 290)])
def test_a_small_face_that_comes_in_at_a_corner_is_not_calm(place, contrast):
    before = room(1)
    after, (top, left) = before.copy(), place
    there = after[top : top + 24, left : left + 20]
    there[:] = np.where(there > 128, there - contrast, there + contrast)
    assert not is_calm(thumbnail(before), thumbnail(after), [FACE])


def test_a_face_that_reaches_out_of_the_picture_hides_its_own_side_alone():
    beyond = np.array([-0.2, -0.1, 0.1, 0.3])
    for part, calm in ((np.s_[:60, :40], True), (np.s_[:60, 280:], False)):
        before, after = room(1), room(1)
        after[part] = 255 - after[part]
        pair = thumbnail(before), thumbnail(after)
        assert is_calm(*pair, [beyond]) is calm
