import numpy as np
import pytest

from emoaff.models.slim_resnet50 import build_slim_resnet50
from tests.convert import slim_networks
from tests.models.small_heads import alive
from tests.models.small_heads import assert_close

PIXELS = np.random.default_rng(0).uniform(0, 255, (2, 41, 36, 3))


def as_slim(model):
    """The weights by TF-Slim's names, read off ours by their layers."""
    variables = {}
    for layer in model.layers:
        for variable in layer.weights:
            kind = variable.name
            name = layer.name.removesuffix("_bn").replace("_unit_", "/unit_")
            name = name.replace("_conv", "/bottleneck_v1/conv")
            name = name.replace("_shortcut", "/bottleneck_v1/shortcut")
            kind = "weights" if kind == "kernel" else f"BatchNorm/{kind}"
            variables[f"resnet_v1_50/{name}/{kind}"] = np.array(variable)
    return variables


@pytest.mark.parametrize(
    ("normalization", "given"),
    [(None, PIXELS), ("centered", (PIXELS - 128) / 128)],
)
def test_it_is_the_network_by_hand(normalization, given):
    model = alive(build_slim_resnet50((41, 36), normalization))
    variables = as_slim(model)
    assert len(variables) == len(model.weights) == 53 * 5
    expected = slim_networks.resnet_features(variables, given)
    assert_close(model(PIXELS), expected)


def test_it_has_as_many_weights_as_other_resnets_without_biases():
    # torchvision's 23,508,032 and two statistics of 26,560 channels
    assert build_slim_resnet50(32).count_params() == 23_508_032 + 2 * 26_560
