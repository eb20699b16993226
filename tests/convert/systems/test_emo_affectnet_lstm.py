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
from tests.convert.torch_networks import EmoLSTM
from tests.convert.torch_networks import EmoResNet
from tests.convert.torch_networks import randomised
from tests.small_presets import classes
from tests.small_presets import saved


@pytest.fixture(scope="module")
def temporal():
    """The LSTM, with its two biases unlike one another."""
    return randomised(EmoLSTM(), seed=1)


@pytest.fixture(scope="module")
def windows():
    rng = np.random.default_rng(1)
    return np.maximum(rng.normal(0, 2, (3, 10, 512)), 0).astype(np.float32)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A small preset with 512 features in place of the image model."""
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.GlobalAveragePooling2D()(inputs)
    x = keras.layers.Dense(512, name="features")(x)
    x = keras.layers.Dense(7, activation="softmax")(x)
    return saved(
        tmp_path_factory.mktemp("source") / "static",
        keras.Model(inputs, {"expression": x}),
        classes("emo_affectnet"),
        input={"size": 8, "channels": "RGB", "range": [0, 255]},
        crop={"margin": 0.0, "interpolation": "area", "shape": "stretch"},
    )


def chances_of(network, windows):
    with torch.no_grad():
        return torch.softmax(network(torch.tensor(windows)), -1).numpy()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["state dict", "TorchScript", "renamed", "h5"])
def test_the_lstm_answers_as_in_pytorch(
    temporal, windows, source, tmp_path, kind
):
    path = tmp_path / "FER_dinamic_LSTM_Aff-Wild2.pt"
    if kind == "TorchScript":
        torch.jit.save(torch.jit.script(temporal), path)
    elif kind == "h5":
        path = tmp_path / "Aff-Wild2_with_config.h5"
        write_h5(path, list(lstm_layers(temporal.state_dict())))
    else:
        state = temporal.state_dict()
        if kind == "renamed":
            state = {
                f"net.{k.replace('lstm', 'r')}": v for k, v in state.items()
            }
        torch.save(state, path)
    found = from_emo_affectnet(path, features_from=source.path)
    assert found.model.count_params() == 2_888_455
    got = np.asarray(found.model(windows)["expression"])
    expected = chances_of(temporal, windows)
    assert abs(expected[0] - expected[1]).max() > 0.005
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert "recall 51.6 %" in found.config["provenance"]["published"][0]


def lstm_layers(state):
    for i in (1, 2):
        yield (
            f"lstm_{i + 6}",
            {
                "kernel": state[f"lstm{i}.weight_ih_l0"].numpy().T,
                "recurrent_kernel": state[f"lstm{i}.weight_hh_l0"].numpy().T,
                "bias": sum(
                    state[f"lstm{i}.bias_{k}_l0"].numpy() for k in ("ih", "hh")
                ),
            },
        )
    yield "dense_9", as_keras(state, "fc")


def test_the_lstm_goes_back_with_one_bias_of_zero(
    temporal, windows, source, tmp_path
):
    torch.save(temporal.state_dict(), tmp_path / "RAVDESS.pth")
    found = convert(tmp_path / "RAVDESS.pth", features_from=str(source.path))
    preset = presets.load_preset(save(found, tmp_path / "lstm"))
    path = write_safetensors(preset, tmp_path / "a.safetensors")
    other = EmoLSTM().eval()
    other.load_state_dict(load_file(path), strict=True)
    assert not other.lstm2.bias_hh_l0.any()
    np.testing.assert_allclose(
        chances_of(other, windows), chances_of(temporal, windows), atol=1e-6
    )
    taken = preset.config["input"]
    assert taken["features_from"] == str(source.path)
    assert taken["features_sha256"] == source.config["weights"]["sha256"]
    assert preset.config["sampling"] == {
        "window": 10,
        "rate_hz": 5,
        "stride": 5,
        "rule": "emo_affectnet",
    }
    assert preset.config["crop"] == source.config["crop"]
    assert "not written down" in (preset.path / presets.CARD).read_text()


def test_an_lstm_needs_the_preset_of_its_features(temporal, source, tmp_path):
    path = tmp_path / "a.pt"
    torch.save(temporal.state_dict(), path)
    with pytest.raises(ValueError, match="--features-from"):
        from_emo_affectnet(path)
    with pytest.raises(ValueError, match="layer 'features' of 512"):
        from_emo_affectnet(path, features_from="compact_ferplus")
    torch.save(EmoResNet().state_dict(), path)
    with pytest.raises(ValueError, match="Found the image model"):
        from_emo_affectnet(path, features_from=source.path)
