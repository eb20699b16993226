import pytest

from emoaff.convert.systems import emo_affectnet_names as names
from emoaff.models import build_emo_affectnet_lstm


def test_names_of_the_image_model():
    layers = ["conv1_7x7_s2", "conv2_1_1x1_reduce_bn", "conv5_3_1x1_proj"]
    layers += ["features", "expression"]
    assert list(names.find_torch_names(layers).values()) == [
        "conv_layer_s2_same",
        "layer1.0.batch_norm1",
        "layer4.2.i_downsample.0",
        "fc1",
        "fc2",
    ]


def test_the_last_layer_of_the_lstm_is_called_otherwise():
    model = build_emo_affectnet_lstm()
    order = ["lstm_1", "lstm_2", "expression"]
    assert names.find_torch_names(order) == {
        "lstm_1": "lstm1",
        "lstm_2": "lstm2",
        "expression": "fc",
    }
    assert (
        names.list_in_keras_order(model)
        == names.list_in_torch_order(model)
        == order
    )
    assert names.find_keras_names(model) == dict(zip(order, order, strict=True))
    with pytest.raises(KeyError, match="other"):
        names.find_torch_names(["other"])
