import zipfile

import numpy as np
import pytest
import torch
from torch import nn

from emoaff.convert.readers.torch_archive import read_torch
from tests.convert.readers.torch_files import ATTACKS
from tests.convert.readers.torch_files import archive
from tests.convert.readers.torch_files import assert_same


@pytest.mark.filterwarnings("ignore")  # torch: jit is on its way out
@pytest.mark.parametrize("how", ["script", "trace"])
def test_torchscript_has_the_names_of_its_state_dict(small, tmp_path, how):
    made = torch.jit.script(small)
    if how == "trace":
        made = torch.jit.trace(small, torch.zeros(1, 3, 6, 6))
    torch.jit.save(made, tmp_path / "a.pth")
    file = read_torch(tmp_path / "a.pth")
    assert file.kind == "TorchScript"
    assert_same(file, made.state_dict())
    assert "scale" not in file.tensors
    if how == "trace":
        np.testing.assert_array_equal(file.constants[-1], [1, 2])


def test_torchscript_without_its_code_gives_all_tensors(small, tmp_path):
    with pytest.warns(DeprecationWarning):
        torch.jit.save(torch.jit.script(small), tmp_path / "a.pth")
    with (
        zipfile.ZipFile(tmp_path / "a.pth") as old,
        zipfile.ZipFile(tmp_path / "b.pth", "w") as new,
    ):
        for name in old.namelist():
            if "/code/" not in name:
                new.writestr(name, old.read(name))
    found = read_torch(tmp_path / "b.pth").tensors
    assert set(found) == {*small.state_dict(), "scale"}


@pytest.mark.filterwarnings("ignore")
def test_frozen_torchscript_is_refused(small, tmp_path):
    frozen = torch.jit.freeze(torch.jit.script(small))
    torch.jit.save(frozen, tmp_path / "a.pth")
    with pytest.raises(ValueError, match="torch.jit.freeze"):
        read_torch(tmp_path / "a.pth")


def test_code_in_constants_of_torchscript_is_refused(tmp_path):
    torch.manual_seed(0)
    with pytest.warns(DeprecationWarning):
        torch.jit.save(torch.jit.script(nn.Linear(2, 2)), tmp_path / "a.pt")
    with (
        zipfile.ZipFile(tmp_path / "a.pt") as old,
        zipfile.ZipFile(tmp_path / "b.pt", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("constants.pkl"):
                data = ATTACKS["eval"][0]
            new.writestr(name, data)
    with pytest.raises(ValueError, match="builtins.eval"):
        read_torch(tmp_path / "b.pt")


def test_modules_that_hold_each_other_end(tmp_path):
    # A TorchScript module whose attribute `m` is itself.
    pickled = b"c__torch__\nNet\n)\x81q\x00}S'm'\nh\x00sb."
    path = archive(tmp_path / "a.pt", b"\x80\x02" + pickled)
    with pytest.raises(ValueError, match="without end"):
        read_torch(path)
