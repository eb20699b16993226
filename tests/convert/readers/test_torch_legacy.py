import torch

from emoaff.convert.readers.torch_archive import read_torch
from tests.convert.readers.torch_files import assert_same


def test_the_format_before_pytorch_1_6_is_read(small, tmp_path):
    torch.save(
        small.state_dict(),
        tmp_path / "a.pth",
        _use_new_zipfile_serialization=False,
    )
    assert_same(read_torch(tmp_path / "a.pth"), small.state_dict())
