import pytest

from tests.fuzzing.models import preset_targets
from tests.fuzzing.models import weight_targets
from tests.fuzzing.tables import table_targets


@pytest.fixture(scope="module")
def table_parsers(tmp_path_factory):
    return table_targets(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def weight_parsers(tmp_path_factory):
    return weight_targets(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def preset_parsers(tmp_path_factory):
    return preset_targets(tmp_path_factory.mktemp("presets"))
