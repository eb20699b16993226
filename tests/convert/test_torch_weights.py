import keras
import pytest

from emoaff.convert import write_safetensors
from tests.small_presets import classes
from tests.small_presets import saved


def test_a_network_with_one_more_head_has_no_counterpart(tmp_path):
    inputs = keras.Input((10, 3))
    x = keras.layers.LSTM(2, return_sequences=True, name="lstm_1")(inputs)
    x = keras.layers.LSTM(2, name="lstm_2")(x)
    outputs = {
        name: keras.layers.Dense(7, name=name)(x)
        for name in ("expression", "more")
    }
    whole = keras.Model(inputs, outputs)
    own = keras.Model(inputs, {"expression": whole.output["expression"]})
    for model, fits in ((whole, False), (own, True)):
        preset = saved(tmp_path / "a", model, classes("emo_affectnet"))
        if fits:
            write_safetensors(preset, tmp_path / "a.safetensors")
        else:
            with pytest.raises(ValueError, match="Received: a, with the"):
                write_safetensors(preset, tmp_path / "a.safetensors")
        assert (tmp_path / "a.safetensors").exists() == fits
