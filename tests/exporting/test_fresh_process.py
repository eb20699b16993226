import numpy as np
import pytest

import emoaff
from emoaff.exporting import fresh_process
from tests.exporting import small_models


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    folder = tmp_path_factory.mktemp("still")
    preset = small_models.still_preset(folder / "small")
    return preset, emoaff.export(preset, folder / "saved")


@pytest.mark.slow
def test_what_tensorflow_cannot_run_alone_is_refused(still):
    _, report = still
    with pytest.raises(ValueError, match="without emoaff.*Export a model"):
        fresh_process.run_saved_model(
            report.path, np.zeros((1, 5, 5, 3), np.uint8)
        )
