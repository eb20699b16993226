import pytest

from emoaff.convert.systems.torchvision_names import find_torch_names
from emoaff.convert.systems.torchvision_names import is_resnet
from emoaff.models import build_resnet


def test_names_of_a_block_and_its_projection():
    assert find_torch_names(
        [
            "conv1_conv",
            "conv1_bn",
            "conv2_block1_0_conv",
            "conv2_block1_0_bn",
            "conv5_block3_2_conv",
            "conv5_block3_2_bn",
        ]
    ) == {
        "conv1_conv": "conv1",
        "conv1_bn": "bn1",
        "conv2_block1_0_conv": "layer1.0.downsample.0",
        "conv2_block1_0_bn": "layer1.0.downsample.1",
        "conv5_block3_2_conv": "layer4.2.conv2",
        "conv5_block3_2_bn": "layer4.2.bn2",
    }
    with pytest.raises(KeyError, match="dense"):
        find_torch_names(["dense"])


def test_every_layer_of_our_resnet_has_a_name_of_its_own():
    layers = [x.name for x in build_resnet(18).layers if x.weights]
    assert is_resnet(layers)
    # 20 convolutions, 3 of them projections, and as many batch norms.
    assert len(set(find_torch_names(layers).values())) == len(layers) == 40
    assert not is_resnet([*layers, "dense"])
    assert not is_resnet([])
