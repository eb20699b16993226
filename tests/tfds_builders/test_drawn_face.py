import dataclasses

import numpy as np
import pytest

from emoaff import labels
from emoaff.faces import FaceDetector
from emoaff.faces import crop_face
from tfds_builders.synthetic_affect.actions import ACTIONS
from tfds_builders.synthetic_affect.actions import act
from tfds_builders.synthetic_affect.actions import column
from tfds_builders.synthetic_affect.affect_plane import CLASSES
from tfds_builders.synthetic_affect.affect_plane import PROTOTYPES
from tfds_builders.synthetic_affect.affect_plane import memberships
from tfds_builders.synthetic_affect.affect_plane import name_expression
from tfds_builders.synthetic_affect.background import draw_background
from tfds_builders.synthetic_affect.drawn_face import DrawnFace
from tfds_builders.synthetic_affect.face_shape import FaceShape
from tfds_builders.synthetic_affect.filming import film_scenes
from tfds_builders.synthetic_affect.identity import HAIR_STYLES
from tfds_builders.synthetic_affect.identity import draw_identity
from tfds_builders.synthetic_affect.portrait import REGION
from tfds_builders.synthetic_affect.scene import Pose
from tfds_builders.synthetic_affect.scene import Scene
from tfds_builders.synthetic_affect.styles import STYLES

REST = np.zeros(len(ACTIONS))


def person(seed=0):
    return draw_identity(np.random.default_rng(seed))


def pull(**actions):
    pulled = REST.copy()
    for name, value in actions.items():
        pulled[column(name)] = value
    return pulled


def window(picture, detail, left, top, right, bottom):
    """The part of a picture that is given in the face's units."""
    x, y = REGION[:2]
    rows = slice(round((top - y) * detail), round((bottom - y) * detail))
    columns = slice(round((left - x) * detail), round((right - x) * detail))
    return picture[rows, columns].astype(float)


def test_the_classes_are_those_of_the_label_space():
    assert labels.get("affectnet_8").classes == CLASSES


def test_a_prototype_lies_in_its_own_class_and_halfway_is_the_border():
    places = np.array(list(PROTOTYPES.values()))
    np.testing.assert_array_equal(name_expression(*places.T), np.arange(8))
    # Happiness is at (0.75, 0.30), so its border to neutral is in the middle.
    along = np.array([0.49, 0.51])
    np.testing.assert_array_equal(
        name_expression(0.75 * along, 0.30 * along), [0, 1]
    )


def test_memberships_are_a_distribution_that_agrees_with_the_class():
    points = np.random.default_rng(0).uniform(-1, 1, (2, 500))
    shares = memberships(*points)
    np.testing.assert_allclose(shares.sum(axis=-1), 1)
    np.testing.assert_array_equal(
        shares.argmax(axis=-1), name_expression(*points)
    )


def test_what_a_face_does_has_no_jump_at_the_borders_of_classes():
    # From anger to disgust to contempt, in steps of 0.01.
    arousal = np.arange(0.5, -0.3, -0.01)
    steps = np.diff(act(np.full_like(arousal, -0.75), arousal), axis=0)
    assert len(set(name_expression(np.full_like(arousal, -0.75), arousal))) == 3
    assert np.abs(steps).max() < 0.1


def test_valence_raises_the_corners_of_the_mouth_and_arousal_the_brows():
    low, high = act(np.array([-0.7, 0.7]), np.zeros(2))
    assert high[column("smile")] > low[column("smile")] + 1
    low, high = act(np.zeros(2), np.array([-0.7, 0.7]))
    for name in ("brow", "lids", "open"):
        assert high[column(name)] > low[column(name)] + 0.4


def test_a_person_follows_from_the_seed():
    assert person(3) == person(3)
    assert len({person(seed) for seed in range(50)}) == 50
    assert {person(seed).hair_style for seed in range(50)} == set(HAIR_STYLES)


def test_a_shape_moves_in_proportion_to_the_actions():
    shape = FaceShape(person())
    rng = np.random.default_rng(0)
    one, two = rng.normal(0, 0.5, (2, len(ACTIONS)))
    rest = shape.points(REST)
    np.testing.assert_allclose(
        shape.points(one) + shape.points(two) - rest,
        shape.points(one + two),
        atol=1e-12,
    )


def test_a_smile_lifts_the_corners_above_the_middle_of_the_mouth():
    shape = FaceShape(person())
    line = shape.outline("lip_line")
    moved = (shape.points(pull(smile=1.0)) - shape.points(REST))[line, 1]
    # The whole mouth sinks by 0.05; the corners rise by 0.14 against it.
    np.testing.assert_allclose(moved[[0, -1]], 0.05 - 0.14)
    np.testing.assert_allclose(moved[len(moved) // 2], 0.05)


def test_a_shut_eye_cannot_be_shut_further():
    face = DrawnFace(person(), 40)
    shut, more = face.draw(pull(lids=-1.5)), face.draw(pull(lids=-3))
    np.testing.assert_array_equal(shut, more)
    assert np.any(shut != face.draw(REST))


def test_an_expression_changes_the_face_and_nothing_around_it():
    face = DrawnFace(person(), 40)
    changed = np.any(
        face.draw(REST) != face.draw(pull(smile=1, brow=1, open=1)), axis=-1
    )
    assert window(changed, 40, -0.6, -0.7, 0.6, 0.9).mean() > 0.1
    assert changed.sum() == window(changed, 40, -0.9, -0.9, 0.9, 1.0).sum()


@pytest.mark.parametrize("seed", range(4))
def test_all_eight_expressions_look_different(seed):
    face = DrawnFace(person(seed), 28)
    drawn = [
        window(face.draw(actions), 28, -0.6, -0.7, 0.6, 0.9)[..., :3]
        for actions in act(*np.array(list(PROTOTYPES.values())).T)
    ]
    for i in range(8):
        for j in range(i):
            # In levels of 0-255, over the whole face.
            assert np.abs(drawn[i] - drawn[j]).mean() > 1.5, (i, j)


@pytest.mark.parametrize("seed", range(6))
def test_a_smirk_lifts_one_corner_of_the_mouth(seed):
    who = person(seed)
    shape = FaceShape(who)
    line = shape.outline("lip_line")
    moved = (shape.points(pull(smirk=1.0)) - shape.points(REST))[line, 1]
    left, right = moved[0], moved[-1]
    lifted, other = (right, left) if who.smirk_side > 0 else (left, right)
    assert (lifted, other) == pytest.approx((-0.18, 0))


def test_people_smirk_on_either_side():
    assert {person(seed).smirk_side for seed in range(6)} == {-1, 1}


def test_a_view_is_the_crop_of_the_whole_scene():
    background = draw_background(np.random.default_rng(0), 512, 3)
    scene = Scene(DrawnFace(person(1), 140), background)
    pose = Pose(250.0, 240.0, 130.0, roll=0.1, yaw=0.4, pitch=-0.2)
    actions = act(np.array([0.7]), np.array([0.3]))[0]
    whole = np.rint(scene.whole(actions, pose)).astype("uint8")
    x, y, w, h = pose.box()
    crop = crop_face(whole, (x, y, w, h), margin=0.2, size=64)
    side = 1.2 * max(w, h)

    def difference(shift):
        left = x + w / 2 - side / 2 + shift * side / 64
        top = y + h / 2 - side / 2 + shift * side / 64
        # Four times as fine as the crop, then averaged.
        fine = scene.view(actions, pose, (left, top, side, side), (256, 256))
        view = fine.reshape(64, 4, 64, 4, 3).mean(axis=(1, 3))
        return np.abs(view - crop).mean()

    # In levels of 0-255; crop_face is a little softer. Half a pixel aside
    # is worse than that.
    assert difference(0) < 4.5
    assert min(difference(-0.5), difference(0.5)) > difference(0) + 1


def test_pixels_of_a_scene_are_where_the_background_has_them():
    ramp = np.broadcast_to(np.arange(256, dtype="uint8"), (256, 256))
    scene = Scene(DrawnFace(person(), 20), np.dstack([ramp, ramp.T, ramp]))
    away = Pose(-900.0, 128.0, 20.0)
    whole = scene.whole(REST, away)
    np.testing.assert_array_equal(whole[..., 0], ramp)
    np.testing.assert_array_equal(whole[..., 1], ramp.T)
    # Twice as fine: pixel i lies at 100 + (i + 0.5) / 2 - 0.5.
    fine = scene.view(REST, away, (100, 100, 32, 32), (64, 64))
    expected = 99.75 + np.arange(64) / 2
    np.testing.assert_allclose(fine[5, :, 0], expected, atol=0.5)
    assert np.mean(fine[5, :, 0] - expected) == pytest.approx(0, abs=0.1)


def test_a_head_stands_in_the_middle_of_its_pose():
    bald = dataclasses.replace(person(), hair_style="bald")
    black = np.zeros((256, 256, 3), "uint8")
    scene = Scene(DrawnFace(bald, 60), black)
    drawn = scene.whole(REST, Pose(128.0, 128.0, 60.0)).sum(axis=-1)
    rows = drawn[128 - 50 : 128 + 50] > 60
    columns = np.flatnonzero(rows.any(axis=0))
    # 128 is the edge between pixels 127 and 128.
    assert columns[0] + columns[-1] == pytest.approx(255, abs=1)
    assert np.ptp(columns) == pytest.approx(2 * 60 * (bald.width + 0.13), abs=4)


def test_a_box_turns_with_the_head():
    # (-0.72, -0.90) to (0.72, 0.95): 1.44 by 1.85, its middle 0.025 down.
    assert Pose(100.0, 100.0, 40.0).box() == pytest.approx(
        (100 - 0.72 * 40, 100 - 0.90 * 40, 1.44 * 40, 1.85 * 40)
    )
    x, y, w, h = Pose(100.0, 100.0, 40.0, roll=np.pi / 2).box()
    assert (x + w / 2, y + h / 2) == pytest.approx((99.0, 100.0))


def test_the_detector_finds_the_drawn_face_where_it_is():
    detector = FaceDetector()
    found, overlaps = 0, []
    for seed in range(20):
        rng = np.random.default_rng([9, seed])
        identity = draw_identity(rng)
        truth = rng.uniform(-0.7, 0.7, (1, 2))
        scenes = film_scenes(rng, identity, STYLES["studio"], truth)
        picture, pose = next(scenes)
        faces = detector.detect(picture)
        found += len(faces) == 1
        overlaps += [_overlap(face.box, pose.box()) for face in faces]
    assert found >= 19
    assert np.median(overlaps) > 0.75


def _overlap(one, two):
    """Intersection over union, by hand."""
    width = min(one[0] + one[2], two[0] + two[2]) - max(one[0], two[0])
    height = min(one[1] + one[3], two[1] + two[3]) - max(one[1], two[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (one[2] * one[3] + two[2] * two[3] - shared)
