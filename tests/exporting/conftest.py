import pytest

from tests.exporting import small_models


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    return small_models.still_preset(tmp_path_factory.mktemp("s") / "small")


@pytest.fixture(scope="module")
def sequence(tmp_path_factory):
    return small_models.sequence_preset(tmp_path_factory.mktemp("c") / "clips")
