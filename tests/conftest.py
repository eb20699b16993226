import pathlib

import keras
import pytest

SHARED_DATA = pathlib.Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(autouse=True)
def fresh_keras():
    policy = keras.config.dtype_policy()
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy(policy)


@pytest.fixture
def shared_data():
    """A folder of real weights, videos and pictures beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the folder shared/data beside the checkout")
    return SHARED_DATA


@pytest.fixture
def field_case(shared_data):
    """Gives the path of a small file that once went wrong in the field."""

    def find(name):
        path = shared_data.parent / "field_cases" / name
        if not path.exists():
            pytest.skip(f"needs shared/field_cases/{name}")
        return path

    return find
