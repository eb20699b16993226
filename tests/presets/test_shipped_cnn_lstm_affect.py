import pytest

import emoaff
from emoaff import presets

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
