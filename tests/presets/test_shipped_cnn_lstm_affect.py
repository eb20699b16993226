import re

import numpy as np
import pytest

import emoaff
from emoaff import presets
from tests.docs.page_blocks import ROOT

NAME = "cnn_lstm_affect"
LARGEST = 8e6


@pytest.fixture(scope="module")
def shipped():
    if NAME not in presets.list_presets():
        pytest.skip(f"needs weights/{NAME} in the checkout")
    return emoaff.load_preset(NAME)


def test_the_shipped_preset_is_small_and_for_research(shipped):
    size = sum(path.stat().st_size for path in shipped.path.iterdir())
    assert size <= LARGEST
    assert "research only" in shipped.config["licence"]
    card = (shipped.path / presets.CARD).read_text("utf-8")
    assert "research only" in card[:200]


def test_pages_have_the_figures_of_its_card(shipped):
    of_frames = {
        row["of"]: f"{row['value']:.3f}"[1:]
        for row in shipped.config["scores"]["rows"]
        if row["measure"] == "ccc"
    }
    told = " ".join(shipped.config["provenance"]["training"].split())
    of_clips = re.search(r"CCC of 0(\.\d+) for valence and 0(\.\d+)", told)
    expected = [*of_clips.groups(), of_frames["valence"], of_frames["arousal"]]
    for page in ("README.md", "docs/training/README.md"):
        text = (ROOT / page).read_text("utf-8")
        assert all(figure in text for figure in expected), page


def test_it_names_expressions_from_the_features_of_its_image_model(shipped):
    named = {layer.name: layer for layer in shipped.model.layers}
    kernel, bias = named["expression"].get_weights()
    trunk = emoaff.load_preset("compact_ferplus").model
    theirs, their_bias = trunk.get_layer("expression").get_weights()
    count = len(theirs)
    # These are rounded to 16 bits.
    np.testing.assert_allclose(kernel[:count], theirs, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(bias, their_bias, atol=1e-3)
    assert not kernel[count:].any()


@pytest.mark.slow
def test_the_shipped_preset_holds_its_scores_on_what_it_learned(
    shipped, shared_data, tmp_path
):
    if not (shared_data / "kerc2020").is_dir():
        pytest.skip("needs shared/data/kerc2020 beside the checkout")
    emoaff.corpora.prepare(
        "kerc2020/clips", shared_data / "kerc2020", tmp_path, progress_bar=False
    )
    table = emoaff.evaluate(shipped, "kerc2020/clips", "train", tmp_path).table
    for row in shipped.config["scores"]["rows"]:
        if row["measure"] == "ccc":
            # Learned clips are answered better than held-out ones were.
            assert table.value("ccc", row["of"]) > row["value"]
