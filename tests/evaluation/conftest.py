import pytest

from emoaff.evaluation.preset_scoring import evaluate
from tests.evaluation import small_scores


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("corpus")
        small_scores.build_corpus(patch, folder)
        yield folder


@pytest.fixture(scope="module")
def truth(data_dir):
    return small_scores.read_truth(data_dir)


@pytest.fixture(scope="module")
def affect(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "affect"
    return small_scores.save_affect(folder)


@pytest.fixture(scope="module")
def evaluation(affect, data_dir):
    return evaluate(affect, "small", small_scores.SPLIT, data_dir)
