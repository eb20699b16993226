import pytest

from emoaff import presets
from tests.small_presets import AFFECT
from tests.small_presets import dense
from tests.small_presets import feature_model
from tests.small_presets import saved
from tests.small_presets import still_model


def of_features(folder, features_from):
    taken = {"kind": "features", "features_from": features_from, "size": 24}
    return saved(folder, feature_model(4), AFFECT, input=taken)


@pytest.fixture
def image(tmp_path):
    model = still_model({"arousal_valence": dense(2)})
    return saved(tmp_path / "image", model, AFFECT)


def test_a_relative_folder_is_looked_for_in_order(image, tmp_path, monkeypatch):
    # Beside the preset, in it, and where the program runs.
    beside = of_features(tmp_path / "a", "image")
    assert presets.features_folder(beside).samefile(image.path)
    (tmp_path / "far").mkdir()
    far = of_features(tmp_path / "far" / "b", "image")
    with pytest.raises(ValueError, match="expected in image. There is none"):
        presets.features_folder(far)
    monkeypatch.chdir(tmp_path)
    assert presets.features_folder(far).samefile(image.path)


def test_a_run_stands_for_its_preset(image, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    image.path.rename(run / "preset")
    assert presets.resolve_preset(run) == run / "preset"
    assert presets.resolve_preset(run / "preset") == run / "preset"
    assert presets.resolve_preset("compact_ferplus") == "compact_ferplus"
    after = of_features(tmp_path / "a", str(run))
    assert presets.features_folder(after) == run / "preset"


def test_a_name_of_a_preset_will_do(tmp_path):
    named = of_features(tmp_path / "a", "compact_ferplus")
    assert presets.is_named(presets.features_folder(named))
