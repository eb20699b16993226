import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special
from sklearn import metrics

from emoaff import corpora
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_data import ClipData
from emoaff.training.image_memory import predict_images
from emoaff.training.validation_measures import measure
from tests.ferplus_files import balanced_rows
from tests.ferplus_files import write_ferplus
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model

CONFIG = ClipConfig().change(
    data={
        "dataset": "ferplus",
        "held_out": 0.3,
        "target": "distribution",
        "in_memory": True,
    },
    window={"frames": 1},
    balance={"name": "classes", "power": 0.5},
    augmentation={"name": "face"},
    teacher={"share": 0.25, "temperature": 2.0},
    model={"size": 20},
    loss={"name": "votes"},
    schedule={"stages": ((2, 16), (1, 24)), "head_epochs": 1},
    batch={"size": 8},
)


def make(data_dir, out=None, **groups):
    return ClipData(CONFIG.change(**groups), data_dir, out, [].append)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    root = tmp_path_factory.mktemp("ferplus")
    write_ferplus(root / "manual", balanced_rows(60))
    corpora.prepare("ferplus", root / "manual", root / "data", False)
    return root / "data"


@pytest.fixture(scope="module")
def pictures(data_dir):
    return make(data_dir)


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "teacher"
    last = dense(8, activation="softmax", name="expression")
    return saved(folder, still_model({"expression": last}), classes("ferplus"))


def test_a_teacher_s_softened_answers_are_mixed_into_the_votes(
    pictures, teacher, data_dir
):
    taught = make(data_dir, teacher={"preset": str(teacher.path)})
    taught = taught.batches(1, 0, (0, 1))
    plain = pictures.batches(1, 0, (0, 1))
    for (x, y), (same, votes) in zip(
        taught.as_numpy_iterator(), plain.as_numpy_iterator(), strict=True
    ):
        np.testing.assert_array_equal(x, same)
        enlarged = tf.image.resize(x, (24, 24), antialias=True)
        p = teacher.model.predict_on_batch(np.rint(enlarged))["expression"]
        soft = special.softmax(np.log(np.float64(p)) / 2, axis=1)
        np.testing.assert_allclose(
            y["distribution"],
            0.75 * votes["distribution"] + 0.25 * soft,
            rtol=1e-4,
            atol=1e-6,
        )
    assert np.ptp(soft, axis=0).max() > 1e-3


def list_votes(data):
    batches = data.batches(1, 0, (0, 1)).as_numpy_iterator()
    return [y["distribution"] for _, y in batches]


def test_teachers_are_asked_once_about_stored_pictures_and_their_mirrors(
    teacher, data_dir, tmp_path
):
    settings = {
        "preset": f"{teacher.path},{teacher.path}",
        "sees": "stored",
        "temperature": 1.0,
    }
    file = tmp_path / "answers.npy"
    taught = make(data_dir, tmp_path, teacher=settings)
    plain = make(data_dir)
    kept = plain.memory.training
    images = np.repeat(kept, 3, axis=-1)
    told = 0
    for some in (images, images[:, :, ::-1]):
        x = tf.image.resize(some, (24, 24), antialias=True)
        told += teacher.model.predict_on_batch(np.rint(x))["expression"] / 2
    np.testing.assert_allclose(np.load(file), told, atol=1e-5)
    known = {
        image.tobytes(): row for image, row in zip(kept, told, strict=True)
    }
    assert len(known) == len(told)
    # Votes of an epoch, in the order drawn, are those of the plain one mixed
    # with the answers to the very pictures.
    mixed, votes = list_votes(taught), list_votes(plain)
    rest = (np.concatenate(mixed) - 0.75 * np.concatenate(votes)) / 0.25
    distance = np.abs(rest[:, None] - told[None]).max(axis=2).min(axis=1)
    assert distance.max() < 1e-4
    # What is in the file is believed the second time.
    np.save(file, told[::-1])
    again = make(data_dir, tmp_path, teacher=settings)
    assert np.abs(list_votes(again)[0] - mixed[0]).max() > 1e-3


def test_held_out_pictures_are_changed_as_in_training_and_always_alike(
    data_dir,
):
    inputs = keras.Input((None, None, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, x)
    dark = make(data_dir, augmentation={"dim": 0.05, "cover": 0.0}).memory
    once = dark.predict_changed(model, 24)
    np.testing.assert_array_equal(once, dark.predict_changed(model, 24))
    assert once.shape == (len(dark.validation), 3)
    bright = make(data_dir, augmentation={"cover": 0.0}).memory
    plain = bright.predict_changed(model, 24)
    change = once.mean(axis=1) / plain.mean(axis=1)
    assert (change < 1.01).all()
    assert 0.1 < (change < 0.99).mean() < 0.7


def test_some_pictures_are_held_out_and_none_is_on_both_sides(pictures):
    kept, tuning = pictures.memory.training, pictures.memory.validation
    assert len(kept) + len(tuning) == 60
    assert 5 < len(tuning) < 30
    assert not {x.tobytes() for x in kept} & {x.tobytes() for x in tuning}


def test_the_sides_follow_the_stages(pictures):
    assert pictures.memory.sides == [16, 16, 16, 24]
    x, votes = next(pictures.batches(3, 0, (0, 1)).as_numpy_iterator())
    assert x.shape == (8, 24, 24, 3)
    votes = votes["distribution"]
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
        both = [first["distribution"], second["distribution"]]
        np.testing.assert_array_equal(
            np.concatenate(both), votes["distribution"]
        )


def test_held_out_scores_are_those_of_the_logits(pictures):
    inputs = keras.Input((None, None, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    model = keras.Model(inputs, keras.layers.Dense(8)(x))
    scores = measure(model, CONFIG, pictures)
    truth = pictures.validation.recordings.expression
    odds = special.softmax(np.float64(pictures.predict(model)), axis=1)
    of_truth = odds[np.arange(len(truth)), truth]
    assert scores["held_out_loss"] == pytest.approx(
        -np.log(of_truth).mean(), rel=1e-4
    )
    hits = odds.argmax(axis=1) == truth
    assert scores["held_out_accuracy"] == pytest.approx(hits.mean())
    assert scores["held_out_uar"] == pytest.approx(
        np.mean([hits[truth == c].mean() for c in np.unique(truth)])
    )
    assert scores["held_out_macro_f1"] == pytest.approx(
        metrics.f1_score(
            truth, odds.argmax(axis=1), average="macro", zero_division=0
        )
    )


def test_logits_do_not_depend_on_the_batch_size():
    inputs = keras.Input((None, None, 3))
    x = keras.layers.Conv2D(3, 3)(inputs)
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x))
    images = np.random.default_rng(0).integers(0, 255, (7, 12, 12, 1))
    np.testing.assert_allclose(
        predict_images(model, np.uint8(images), 20, batch_size=2),
        predict_images(model, np.uint8(images), 20),
        atol=1e-4,
    )
