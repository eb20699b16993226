import keras
import pytest

import emoaff


def test_a_model_that_is_none_of_faces(tmp_path):
    features = keras.Input((4, 8))
    model = keras.Model(features, keras.layers.LSTM(2)(features))
    with pytest.raises(ValueError, match="input_shape=.None, 4, 8.*the preset"):
        emoaff.export(model, tmp_path / "a.onnx")
    face = keras.Input((None, None, 3))
    pool = keras.layers.GlobalAveragePooling2D()(face)
    with pytest.raises(ValueError, match="pictures of one size.*image_size"):
        emoaff.export(keras.Model(face, pool), tmp_path / "a.onnx")


def test_an_exported_file_is_not_exported_again(still, tmp_path):
    emoaff.export(still, tmp_path / "a.onnx")
    with pytest.raises(ValueError, match="exported already.*made from"):
        emoaff.export(tmp_path / "a.onnx", tmp_path / "b.tflite")
