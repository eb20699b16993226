import keras
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from emoaff import presets
from emoaff.convert import convert
from emoaff.convert import save
from emoaff.convert import write_safetensors
from emoaff.convert.systems.emo_affectnet import from_emo_affectnet
from tests.convert.keras_files import as_keras
from tests.convert.keras_files import write_h5
from tests.convert.torch_networks import EmoResNet
from tests.convert.torch_networks import randomised

SIZE = 64


MEANS = (91.4953, 103.8827, 131.0912)  # of blue, green, red


# The documented order of a block with a projection in Keras's files.
PARTS = (
    ("1x1_reduce", "conv1"),
    ("1x1_reduce/bn", "batch_norm1"),
    ("3x3", "conv2"),
    ("3x3/bn", "batch_norm2"),
    ("1x1_increase", "conv3"),
    ("1x1_proj", "i_downsample.0"),
    ("1x1_increase/bn", "batch_norm3"),
    ("1x1_proj/bn", "i_downsample.1"),
)


@pytest.fixture(scope="module")
def network():
    return randomised(EmoResNet())


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (2, SIZE, SIZE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def answers(network, pictures):
    return by_pytorch(network, pictures)


def by_pytorch(network, pictures):
    """Features and probabilities."""
    bgr = np.stack([pictures[..., 2 - c] - MEANS[c] for c in range(3)], 1)
    with torch.no_grad():
        raw = network.extract_features(torch.tensor(bgr).float())
        chances = torch.softmax(network.fc2(torch.relu(raw)), -1)
    return torch.relu(raw).numpy(), chances.numpy()


@pytest.fixture(scope="module")
def static(network, tmp_path_factory):
    """The converted image model, saved as a preset."""
    folder = tmp_path_factory.mktemp("emo")
    torch.save(network.state_dict(), folder / "FER_static.pt")
    found = convert(folder / "FER_static.pt", size=SIZE)
    return presets.load_preset(save(found, folder / "static"))


def assert_parity(model, pictures, answers):
    features, chances = answers
    assert 0.3 < (features > 0).mean() < 0.7
    assert chances.max() < 0.95
    assert abs(chances[0] - chances[1]).max() > 1e-3
    outer = keras.Model(
        model.inputs, [model.get_layer("features").output, model.output]
    )
    got, named = outer([pictures])
    np.testing.assert_allclose(got, features, atol=1e-4)
    np.testing.assert_allclose(named["expression"], chances, atol=1e-4)


def keras_layers(state, style):
    """All layers as a Keras file has them."""
    names = [("conv1/7x7_s2", "conv_layer_s2_same")]
    names += [("conv1/7x7_s2/bn", "batch_norm1")]
    for stage, blocks in enumerate((3, 4, 6, 3)):
        for block in range(blocks):
            names += [
                (
                    f"conv{stage + 2}_{block + 1}_{theirs}",
                    f"layer{stage + 1}.{block}.{module}",
                )
                for theirs, module in PARTS
                if block == 0 or "proj" not in theirs
            ]
    names += [("dense_4", "fc1"), ("dense_5", "fc2")]
    if style == "flat":
        names = [(n.replace("/", "_"), m) for n, m in names]
    elif style == "numbered":
        names = [(f"layer_{i}", m) for i, (_, m) in enumerate(names)]
    return [(name, as_keras(state, module)) for name, module in names]


def test_a_state_dict_answers_as_in_pytorch(static, pictures, answers):
    assert static.model.count_params() == 24_613_831
    assert_parity(static.model, pictures, answers)


@pytest.mark.slow
def test_answers_at_the_true_size_are_those_of_pytorch(network, tmp_path):
    rng = np.random.default_rng(1)
    pictures = rng.integers(0, 256, (2, 224, 224, 3)).astype(np.float32)
    torch.save(network.state_dict(), tmp_path / "a.pt")
    found = from_emo_affectnet(tmp_path / "a.pt")
    assert_parity(found.model, pictures, by_pytorch(network, pictures))


def test_the_preset_says_how_its_pictures_are_made(static):
    assert static.config["input"]["size"] == SIZE
    assert static.config["crop"] == {
        "margin": 0.0,
        "interpolation": "nearest",
        "shape": "stretch",
    }
    assert static.labels.name == "emo_affectnet"
    assert static.config["weights"]["dtype"] == "float32"
    card = (static.path / presets.CARD).read_text("utf-8")
    assert "Not measured here." in card
    assert "does not say which" in card


@pytest.mark.filterwarnings("ignore")  # torch: jit is on its way out
def test_torchscript_answers_as_in_pytorch(
    network, pictures, answers, tmp_path
):
    path = tmp_path / "torchscript_model_0_66_49_wo_gl.pth"
    torch.jit.save(torch.jit.script(network), path)
    found = convert(path, size=SIZE, interpolation="area")
    assert_parity(found.model, pictures, answers)
    assert found.config["crop"]["interpolation"] == "area"
    published = found.config["provenance"]["published"][0]
    assert "2327 right" in published


def test_other_names_in_the_known_order_will_do(
    network, pictures, answers, tmp_path
):
    modules = {}
    state = {}
    for name, tensor in network.state_dict().items():
        module, _, part = name.rpartition(".")
        number = modules.setdefault(module, len(modules))
        state[f"m{number}.{part}"] = tensor
    torch.save(state, tmp_path / "a.pt")
    found = from_emo_affectnet(tmp_path / "a.pt", size=SIZE)
    assert_parity(found.model, pictures, answers)
    assert any("taken in their order" in note for note in found.notes)


@pytest.mark.parametrize(
    "style",
    ["slashes", "numbered", pytest.param("flat", marks=pytest.mark.slow)],
)
def test_keras_files_answer_as_in_pytorch(
    network, pictures, answers, tmp_path, style
):
    path = tmp_path / "weights_0_66_37_wo_gl.h5"
    write_h5(path, keras_layers(network.state_dict(), style), {"config": {}})
    found = from_emo_affectnet(path, size=SIZE)
    assert_parity(found.model, pictures, answers)
    by_order = any("taken in their order" in note for note in found.notes)
    assert by_order == (style == "numbered")
    assert "2323 right" in found.config["provenance"]["published"][0]


def test_weights_go_back_to_pytorch_unchanged(network, static, tmp_path):
    path = write_safetensors(static, tmp_path / "back.safetensors")
    other = EmoResNet().eval()
    other.load_state_dict(load_file(path), strict=True)
    for name, tensor in network.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(tensor, other.state_dict()[name]), name


def test_other_networks_and_settings_are_refused(network, tmp_path):
    path = tmp_path / "a.pt"
    state = dict(network.state_dict())
    del state["fc1.weight"]
    torch.save(state, path)
    with pytest.raises(ValueError, match="^Expected .*a.pt"):
        from_emo_affectnet(path, size=SIZE)
    state = {**network.state_dict(), "fc3.weight": torch.zeros(2, 2)}
    torch.save(state, path)
    with pytest.raises(ValueError, match=r"unexpected \(fc3\)"):
        from_emo_affectnet(path, size=SIZE)
    state = {**network.state_dict(), "fc2.weight": torch.zeros(8, 512)}
    torch.save(state, path)
    with pytest.raises(ValueError, match="expression/kernel"):
        from_emo_affectnet(path, size=SIZE)
    torch.save({"a.weight": torch.zeros(2, 2, 2)}, path)
    with pytest.raises(ValueError, match="of another network"):
        from_emo_affectnet(path)
    with pytest.raises(ValueError, match="interpolation='cubic'"):
        from_emo_affectnet(path, interpolation="cubic")
