import numpy as np
import pandas as pd
import pytest

import emoaff
import emoaff_cli
from emoaff.faces import read_picture
from emoaff.prediction.face_features import extract_features
from emoaff.prediction.options import Options
from tests.sample import CLIP
from tests.sample import PORTRAIT
from tests.small_presets import AFFECT
from tests.small_presets import dense
from tests.small_presets import saved
from tests.small_presets import still_model


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("p") / "p"
    return saved(folder, still_model({"arousal_valence": dense(2)}), AFFECT)


def test_the_vectors_of_a_video_are_those_of_its_predicted_faces(preset):
    options = Options(every=25)
    blocks = list(extract_features(CLIP, preset, options=options))
    about = pd.concat(pd.DataFrame(columns) for columns, _ in blocks)
    vectors = np.concatenate([vectors for _, vectors in blocks])
    timeline = emoaff.predict_video(CLIP, preset, every=25)
    rows = [row for row in timeline if row.person is not None]
    assert about["frame"].tolist() == [row.frame for row in rows]
    assert about["person"].tolist() == [row.person for row in rows]
    np.testing.assert_allclose(about["time_s"], [row.time_s for row in rows])
    kernel, bias = preset.model.get_weights()
    answers = np.clip(vectors @ kernel + bias, -1, 1)
    np.testing.assert_allclose(
        answers[:, 1], [row.valence for row in rows], atol=1e-5
    )


def test_the_command_writes_the_faces_of_pictures(preset, tmp_path, capsys):
    file = tmp_path / "faces.parquet"
    argv = ["features", preset.path, PORTRAIT, "--out", file, "--layer", "pool"]
    assert emoaff_cli.main(list(map(str, argv))) == 0
    assert capsys.readouterr().out == f"{file}: 1 vectors\n"
    table = pd.read_parquet(file)
    assert table["file"].tolist() == [str(PORTRAIT)]
    ((about, _),) = extract_features(PORTRAIT, preset)
    assert about["person"].tolist() == [1]
    row = next(iter(emoaff.predict_video(PORTRAIT, preset)))
    crop = preset.crop(read_picture(PORTRAIT).image, row.box)
    np.testing.assert_allclose(
        table["vector"][0], crop.mean(axis=(0, 1)), rtol=1e-5
    )


def test_files_or_a_corpus_have_to_be_named(preset, tmp_path, capsys):
    argv = ["features", str(preset.path), "--out", str(tmp_path / "f.h5")]
    assert emoaff_cli.main(argv) == 2
    assert "Received: neither" in capsys.readouterr().err
