import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from emoaff import presets
from emoaff.convert import convert
from emoaff.convert import save
from emoaff.convert import write_safetensors
from emoaff.convert.systems.torchvision_resnet import from_torchvision_resnet
from emoaff.models import build_cnn_lstm
from emoaff.training.first_weights import begin_from
from tests.convert.torch_networks import VisionResNet
from tests.convert.torch_networks import randomised

SIZE = 64


def by_pytorch(network, pictures):
    mean = np.array([0.485, 0.456, 0.406])
    spread = np.array([0.229, 0.224, 0.225])
    x = np.moveaxis((pictures / 255 - mean) / spread, -1, 1)
    with torch.no_grad():
        return network(torch.tensor(x).float()).numpy()


@pytest.mark.parametrize(
    "depth",
    [
        18,
        pytest.param(34, marks=pytest.mark.slow),
        pytest.param(50, marks=pytest.mark.slow),
    ],
)
def test_features_are_those_of_pytorch_there_and_back(tmp_path, depth):
    network = randomised(VisionResNet(depth))
    torch.save({"model": network.state_dict()}, tmp_path / "a.pth")
    found = convert(tmp_path / "a.pth", size=SIZE)
    preset = presets.load_preset(save(found, tmp_path / "preset"))
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (2, SIZE, SIZE, 3)).astype(np.float32)
    expected = by_pytorch(network, pictures)
    assert expected.std() > 0.1
    got = preset.model([pictures])["features"]
    np.testing.assert_allclose(got, expected, atol=1e-4, rtol=1e-4)
    assert preset.config["outputs"] == {
        "features": {"kind": "features", "size": expected.shape[1]}
    }
    card = (preset.path / presets.CARD).read_text("utf-8")
    assert f"| output | features, {expected.shape[1]} numbers |" in card
    assert any("`fc`" in note for note in found.notes)

    path = write_safetensors(preset, tmp_path / "a.safetensors")
    other = VisionResNet(depth).eval()
    other.fc = nn.Identity()
    other.load_state_dict(load_file(path), strict=True)
    np.testing.assert_array_equal(by_pytorch(other, pictures), expected)


def test_a_recipe_of_clips_begins_with_its_backbone(tmp_path):
    network = randomised(VisionResNet(18))
    torch.save(network.state_dict(), tmp_path / "a.pt")
    folder = save(convert(tmp_path / "a.pt", size=SIZE), tmp_path / "start")
    model = build_cnn_lstm(
        backbone="resnet18", image_size=SIZE, temporal_units=(4,)
    )
    lines = []
    assert "backbone" in begin_from(model, str(folder), lines.append)
    kernel = next(
        w for w in model.get_layer("backbone").weights if w.shape[0] == 7
    )
    expected = network.conv1.weight.detach().numpy()
    np.testing.assert_array_equal(np.einsum("hwio->oihw", kernel), expected)


def test_other_depths_and_other_networks_are_refused(tmp_path):
    path = tmp_path / "a.pt"
    state = VisionResNet(18).state_dict()
    more = {k.replace("layer4.1", "layer4.2"): t for k, t in state.items()}
    torch.save({**state, **more}, path)
    with pytest.raises(ValueError, match=r"\(2, 2, 2, 3\) blocks"):
        from_torchvision_resnet(path)
    torch.save({**state, "head.weight": torch.ones(2, 2)}, path)
    with pytest.raises(ValueError, match=r"unexpected \(head\)"):
        from_torchvision_resnet(path, size=SIZE)
    del state["bn1.running_var"]
    torch.save(state, path)
    with pytest.raises(ValueError, match="bn1"):
        from_torchvision_resnet(path, size=SIZE)
    with pytest.raises(ValueError, match="size=16"):
        from_torchvision_resnet(path, size=16)
