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
