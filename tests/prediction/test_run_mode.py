import keras
import pytest

from emoaff.prediction.options import Options
from emoaff.prediction.run_mode import choose_run_mode
from tests.prediction.small_sequences import clip_preset
from tests.prediction.small_sequences import feature_preset
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
        (True, {}, "window"),
        (True, {"live": True}, "streaming"),
        (True, {"temporal": "window"}, "window"),
        (False, {}, "window"),
        (False, {"live": True}, "streaming"),
        (False, {"temporal": "streaming"}, "streaming"),
    ],
)
def test_how_a_model_with_a_memory_is_run(each_frame, options, form, tmp_path):
    preset = clip_preset(tmp_path / "clips", each_frame)
    assert choose_run_mode(preset, Options(**options)) == form
    with pytest.raises(ValueError, match="Expected .* one by one .*static"):
        choose_run_mode(preset, Options(temporal="static"))


@pytest.mark.parametrize("temporal", ["auto", "static"])
def test_a_model_of_pictures_is_static(still, temporal):
    assert choose_run_mode(still, Options(temporal=temporal)) == "static"


@pytest.mark.parametrize("temporal", ["window", "streaming"])
def test_a_model_of_pictures_has_no_memory(still, temporal):
    with pytest.raises(ValueError, match="has no memory"):
        choose_run_mode(still, Options(temporal=temporal))


def test_what_cannot_be_streamed_is_run_by_windows(tmp_path):
    preset = saved(
        tmp_path / "conv", window_model(6), AFFECT, sampling={"window": 6}
    )
    assert choose_run_mode(preset, Options()) == "window"


def test_a_model_of_features_alone_says_nothing(tmp_path):
    picture = keras.Input((24, 24, 3))
    x = keras.layers.GlobalAveragePooling2D(name="features")(picture)
    preset = saved(
        tmp_path / "trunk",
        keras.Model(picture, {"features": x}),
        {"features": {"kind": "features", "size": 3}},
    )
    with pytest.raises(ValueError, match="trunk, which gives features alone"):
        choose_run_mode(preset, Options())


def test_a_missing_image_model_is_named(still, tmp_path):
    preset = feature_preset(tmp_path / "memory", still, named="nowhere")
    with pytest.raises(ValueError, match="expected in nowhere. There is none"):
        choose_run_mode(preset, Options())
