import keras
import numpy as np
import pytest

from emoaff import labels
from emoaff.training.data_groups import TeacherConfig
from emoaff.training.teacher import Teacher
from emoaff.training.teacher import load_teachers
from emoaff.training.teacher import mix_answers
from tests.small_presets import classes
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "teacher"
    last = dense(8, activation="softmax", name="expression")
    return saved(folder, still_model({"expression": last}), classes("ferplus"))


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


def test_a_teacher_of_other_classes_is_refused(teacher):
    with pytest.raises(ValueError, match="teacher of the classes.*Received"):
        Teacher(teacher.path, labels.get("affectnet_7"))


def test_settings_name_no_teacher_or_several(teacher):
    space = labels.get("ferplus")
    assert load_teachers(TeacherConfig(), space) == []
    both = TeacherConfig(f"{teacher.path},{teacher.path}")
    assert len(load_teachers(both, space)) == 2


def test_the_mean_of_several_answers_is_mixed_in():
    votes = np.array([[0.5, 0.5], [1.0, 0.0]])
    answers = [
        np.array([[0.2, 0.8], [0.0, 1.0]]),
        np.array([[0.6, 0.4], [1.0, 0.0]]),
    ]
    # Means 0.4, 0.6 and 0.5, 0.5, of which a quarter.
    np.testing.assert_allclose(
        mix_answers(votes, answers, 0.25),
        [[0.475, 0.525], [0.875, 0.125]],
    )
