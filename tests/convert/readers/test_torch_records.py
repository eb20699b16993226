import zipfile

import pytest

from emoaff.convert.readers.torch_archive import read_torch
from tests.convert.readers.torch_files import stored


def test_a_record_that_swells_on_reading_is_refused(tmp_path):
    path = tmp_path / "a.pt"
    count = 1 << 24
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a/data.pkl", stored([count], [1], count=count))
        file.writestr("a/data/0", bytes(4 * count))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ValueError, match="claims 67,108,864 bytes in"):
        read_torch(path)
