import keras
import pytest

from emoaff.prediction.options import Options
from emoaff.prediction.run_mode import form_of
from emoaff.prediction.sequence_model import sequence_model
from emoaff.presets import features_folder
from tests.prediction.small_sequences import clip_preset
from tests.prediction.small_sequences import feature_preset
from tests.prediction.small_sequences import reloaded
from tests.prediction.small_sequences import still_preset
from tests.small_presets import AFFECT
from tests.small_presets import saved
from tests.small_presets import window_model


@pytest.fixture
def still(tmp_path):
    return still_preset(tmp_path / "still")


@pytest.mark.parametrize(
    ("each_frame", "options", "form"),
    [
        (True, {}, "streaming"),
        (True, {"temporal": "window"}, "window"),
        (False, {}, "window"),
        (False, {"live": True}, "streaming"),
        (False, {"temporal": "streaming"}, "streaming"),
    ],
)
def test_how_a_model_with_a_memory_is_run(each_frame, options, form, tmp_path):
    preset = clip_preset(tmp_path / "clips", each_frame)
    assert form_of(preset, Options(**options)) == form
    with pytest.raises(ValueError, match="Expected .* one by one .*static"):
        form_of(preset, Options(temporal="static"))


@pytest.mark.parametrize("temporal", ["auto", "static"])
def test_a_model_of_pictures_is_static(still, temporal):
    assert form_of(still, Options(temporal=temporal)) == "static"


@pytest.mark.parametrize("temporal", ["window", "streaming"])
def test_a_model_of_pictures_has_no_memory(still, temporal):
    with pytest.raises(ValueError, match="has no memory"):
        form_of(still, Options(temporal=temporal))


def test_what_cannot_be_streamed_is_run_by_windows(tmp_path):
    preset = saved(
        tmp_path / "conv", window_model(6), AFFECT, sampling={"window": 6}
    )
    assert form_of(preset, Options()) == "window"


def test_a_model_of_features_alone_says_nothing(tmp_path):
    picture = keras.Input((24, 24, 3))
    x = keras.layers.GlobalAveragePooling2D(name="features")(picture)
    preset = saved(
        tmp_path / "trunk",
        keras.Model(picture, {"features": x}),
        {"features": {"kind": "features", "size": 3}},
    )
    with pytest.raises(ValueError, match="trunk, which gives features alone"):
        form_of(preset, Options())


def test_parts_are_made_once(tmp_path):
    preset = clip_preset(tmp_path / "clips")
    assert sequence_model(preset) is sequence_model(preset)


@pytest.mark.parametrize("named", ["still", "../still"])
def test_a_folder_is_found_beside_the_preset(named, still, tmp_path):
    preset = feature_preset(tmp_path / "memory", still, named=named)
    assert features_folder(preset).resolve() == still.path
    assert sequence_model(preset).encoder.output_shape == (None, 3)


def test_a_missing_image_model_is_named(still, tmp_path):
    preset = feature_preset(tmp_path / "memory", still, named="nowhere")
    with pytest.raises(ValueError, match="expected in nowhere. There is none"):
        form_of(preset, Options())


def test_another_image_model_is_refused(still, tmp_path):
    preset = feature_preset(tmp_path / "memory", still)
    wrong = {**preset.config["input"], "features_sha256": "0" * 64}
    with pytest.raises(ValueError, match="has other weights"):
        sequence_model(reloaded(preset, input=wrong))
