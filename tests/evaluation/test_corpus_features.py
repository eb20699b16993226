import h5py
import numpy as np

import emoaff_cli
from emoaff.data.recordings import load_recordings
from emoaff.evaluation.corpus_features import extract_corpus_features
from tests.evaluation.small_scores import SPLIT
from tests.evaluation.small_scores import colours


def test_every_stored_frame_has_its_vector_and_labels(
    affect, data_dir, truth, tmp_path, capsys
):
    recordings = load_recordings("small", SPLIT, data_dir)
    ((about, vectors),) = extract_corpus_features(affect, recordings)
    np.testing.assert_allclose(vectors, colours(truth["image"]), rtol=1e-5)
    np.testing.assert_array_equal(about["frame"], truth["index"])
    np.testing.assert_array_equal(about["label_valence"], truth["valence"])
    file = tmp_path / "f.h5"
    argv = ["features", affect.path, "--dataset", "small", "--split", SPLIT]
    argv += ["--data-dir", data_dir, "--out", file]
    assert emoaff_cli.main(list(map(str, argv))) == 0
    assert capsys.readouterr().out == f"{file}: 54 vectors\n"
    with h5py.File(file) as written:
        np.testing.assert_array_equal(written["vector"], vectors)
        names = written["recording"].asstr()[:].tolist()
        assert names == about["recording"].tolist()
        words = written["label_expression"].asstr()[:]
        known = truth["expression"] >= 0
        assert (words[~known] == "").all()
