import types

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from emoaff import corpora
from emoaff import labels
from emoaff.training.still_votes import StillVotes
from emoaff.training.still_votes import compute_vote_loss
from emoaff.training.still_votes import predict_logits
from emoaff.training.teacher import Teacher
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

CONFIG = types.SimpleNamespace(
    dataset="ferplus",
    held_out=0.3,
    stages=((2, 16), (1, 24)),
    head_epochs=1,
    batch_size=8,
    balance_power=0.5,
    shrink=1.35,
    zoom=1.35,
    rotation=15.0,
    stretch=0.08,
    blur=1.5,
    cover=0.25,
    dim=1.0,
    surround=0.0,
    source_blur=0.0,
    prior_strength=0.0,
    teacher="",
    teacher_sees="changed",
    teacher_share=0.25,
    teacher_temperature=2.0,
    seed=0,
)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    root = tmp_path_factory.mktemp("ferplus")
    write_ferplus(root / "manual", balanced_rows(60))
    corpora.prepare("ferplus", root / "manual", root / "data", False)
    return root / "data"


@pytest.fixture(scope="module")
def pictures(data_dir):
    return StillVotes(CONFIG, data_dir)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "teacher"
    last = dense(8, activation="softmax", name="expression")
    return saved(folder, still_model({"expression": last}), classes("ferplus"))


def test_a_teacher_s_softened_answers_are_mixed_into_the_votes(
    pictures, teacher, data_dir
):
    config = types.SimpleNamespace(
        **{**vars(CONFIG), "teacher": str(teacher.path)}
    )
    taught = StillVotes(config, data_dir).batches(1, 0, (0, 1))
    plain = pictures.batches(1, 0, (0, 1))
    for (x, y), (same, votes) in zip(
        taught.as_numpy_iterator(), plain.as_numpy_iterator(), strict=True
    ):
        np.testing.assert_array_equal(x, same)
        enlarged = tf.image.resize(x, (24, 24), antialias=True)
        p = teacher.model.predict_on_batch(np.rint(enlarged))["expression"]
        soft = special.softmax(np.log(np.float64(p)) / 2, axis=1)
        np.testing.assert_allclose(
            y, 0.75 * votes + 0.25 * soft, rtol=1e-4, atol=1e-6
        )
    assert np.ptp(soft, axis=0).max() > 1e-3


def changed_config(**settings):
    return types.SimpleNamespace(**{**vars(CONFIG), **settings})


def test_teachers_are_asked_once_about_stored_pictures_and_their_mirrors(
    teacher, data_dir, tmp_path
):
    config = changed_config(
        teacher=f"{teacher.path},{teacher.path}",
        teacher_sees="stored",
        teacher_temperature=1.0,
    )
    file = tmp_path / "answers.npy"
    taught = StillVotes(config, data_dir, file)
    plain = StillVotes(CONFIG, data_dir)
    images = np.repeat(plain.kept.images, 3, axis=-1)
    told = 0
    for some in (images, images[:, :, ::-1]):
        x = tf.image.resize(some, (24, 24), antialias=True)
        told += teacher.model.predict_on_batch(np.rint(x))["expression"] / 2
    np.testing.assert_allclose(np.load(file), told, atol=1e-5)
    known = {
        image.tobytes(): row
        for image, row in zip(plain.kept.images, told, strict=True)
    }
    assert len(known) == len(told)
    # Votes of an epoch, in the order drawn, are those of the plain one mixed
    # with the answers to the very pictures.
    mixed = [y for _, y in taught.batches(1, 0, (0, 1)).as_numpy_iterator()]
    votes = [y for _, y in plain.batches(1, 0, (0, 1)).as_numpy_iterator()]
    rest = (np.concatenate(mixed) - 0.75 * np.concatenate(votes)) / 0.25
    distance = np.abs(rest[:, None] - told[None]).max(axis=2).min(axis=1)
    assert distance.max() < 1e-4
    # What is in the file is believed the second time.
    np.save(file, told[::-1])
    again = StillVotes(config, data_dir, file)
    (_, y), *_ = again.batches(1, 0, (0, 1)).as_numpy_iterator()
    assert np.abs(y - mixed[0]).max() > 1e-3


def test_a_teacher_s_answer_to_stored_pictures_does_not_mind_mirrors(tmp_path):
    inputs = keras.Input((24, 24, 3), name="image")
    x = keras.layers.Cropping2D(((0, 0), (0, 12)))(inputs)  # the left half
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Rescaling(0.01)(x)
    last = dense(8, activation="softmax", name="expression")
    model = keras.Model(inputs, {"expression": last(x)})
    saved(tmp_path / "one_sided", model, classes("ferplus"))
    teacher = Teacher(tmp_path / "one_sided", labels.get("ferplus"))
    images = np.zeros((2, 24, 24, 1), np.uint8)
    images[0, :, :12], images[1, :, 12:] = 200, 200
    one, mirrored = teacher.answer(images)
    np.testing.assert_allclose(one, mirrored, atol=1e-6)
    left, right = teacher(np.float32(images).repeat(3, axis=-1)).numpy()
    assert np.abs(left - right).max() > 1e-3
    np.testing.assert_allclose(one, (left + right) / 2, atol=1e-6)


def test_an_unknown_view_of_a_teacher_is_refused(data_dir):
    with pytest.raises(ValueError, match="changed or stored. Received: 'all'"):
        StillVotes(changed_config(teacher_sees="all"), data_dir)


def test_the_loss_adds_the_logarithm_of_the_classes_shares(data_dir):
    pictures = StillVotes(changed_config(prior_strength=0.5), data_dir)
    shares = np.float64(pictures.kept.distribution).sum(axis=0)
    shares = np.maximum(shares, 0.5) / np.maximum(shares, 0.5).sum()
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(6, 8)).astype(np.float32)
    votes = rng.dirichlet(np.ones(8), 6).astype(np.float32)
    odds = special.softmax(logits + 0.5 * np.log(shares), axis=1)
    expected = -(votes * np.log(odds)).sum(axis=1).mean()
    found = float(pictures.loss(votes, logits))
    assert found == pytest.approx(expected, rel=1e-5)
    assert found != pytest.approx(
        float(compute_vote_loss(votes, logits)), rel=1e-3
    )


def test_held_out_pictures_are_changed_as_in_training_and_always_alike(
    data_dir,
):
    inputs = keras.Input((None, None, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, x)
    dark = StillVotes(changed_config(dim=0.05, cover=0.0), data_dir)
    once = dark.changed_logits(model, 20, 24)
    np.testing.assert_array_equal(once, dark.changed_logits(model, 20, 24))
    assert once.shape == (len(dark.tuning), 3)
    bright = StillVotes(changed_config(cover=0.0), data_dir)
    plain = bright.changed_logits(model, 20, 24)
    change = once.mean(axis=1) / plain.mean(axis=1)
    assert (change < 1.01).all()
    assert 0.1 < (change < 0.99).mean() < 0.7


def test_a_teacher_of_other_classes_is_refused(teacher):
    with pytest.raises(ValueError, match="teacher of the classes.*Received"):
        Teacher(teacher.path, labels.get("affectnet_7"))


def test_some_pictures_are_held_out_and_none_is_on_both_sides(pictures):
    kept, tuning = pictures.kept.images, pictures.tuning.images
    assert len(kept) + len(tuning) == 60
    assert 5 < len(tuning) < 30
    assert not {x.tobytes() for x in kept} & {x.tobytes() for x in tuning}


def test_the_sides_follow_the_stages(pictures):
    assert pictures.sides == [16, 16, 16, 24]
    x, votes = next(pictures.batches(3, 0, (0, 1)).as_numpy_iterator())
    assert x.shape == (8, 24, 24, 3)
    np.testing.assert_allclose(votes.sum(axis=1), 1, atol=1e-6)


def test_an_epoch_resumed_midway_repeats_its_pictures(pictures):
    whole = list(pictures.batches(1, 0, (0, 1)).as_numpy_iterator())
    rest = list(pictures.batches(1, 2, (0, 1)).as_numpy_iterator())
    assert len(whole) == pictures.steps
    for (x, _), (again, _) in zip(whole[2:], rest, strict=True):
        np.testing.assert_array_equal(x, again)


def test_workers_take_their_parts_of_each_batch(pictures):
    whole = list(pictures.batches(1, 0, (0, 1)).as_numpy_iterator())
    parts = [
        list(pictures.batches(1, 0, (i, 2)).as_numpy_iterator()) for i in (0, 1)
    ]
    for (_, votes), (_, first), (_, second) in zip(whole, *parts, strict=True):
        np.testing.assert_array_equal(np.concatenate([first, second]), votes)


def test_held_out_scores_are_those_of_the_logits(pictures):
    inputs = keras.Input((None, None, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(8)(x))
    scores = pictures.validate(model)
    truth = pictures.tuning.expression
    odds = special.softmax(np.float64(pictures.logits(model)), axis=1)
    of_truth = odds[np.arange(len(truth)), truth]
    assert scores["held_out_loss"] == pytest.approx(
        -np.log(of_truth).mean(), rel=1e-4
    )
    hits = odds.argmax(axis=1) == truth
    assert scores["held_out_accuracy"] == pytest.approx(hits.mean())


def test_logits_do_not_depend_on_the_batch_size():
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(3, 3)(inputs)
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x))
    images = np.random.default_rng(0).integers(0, 255, (7, 12, 12, 1))
    np.testing.assert_allclose(
        predict_logits(model, np.uint8(images), 20, batch_size=2),
        predict_logits(model, np.uint8(images), 20),
        atol=1e-4,
    )


def test_the_loss_is_the_mean_cross_entropy_of_the_votes():
    votes = np.float32([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    logits = np.float32([[0.0, 0.0, 0.0], [0.0, 0.0, np.log(2.0)]])
    # log 3 for equal odds; log 2 where the right one of odds 1:1:2 counts.
    expected = (np.log(3) + np.log(2)) / 2
    assert float(compute_vote_loss(votes, logits)) == pytest.approx(
        expected, rel=1e-6
    )
