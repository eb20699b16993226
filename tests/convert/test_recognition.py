import numpy as np
import pytest
import torch

from emoaff.convert import SOURCES
from emoaff.convert.recognition import recognise
from tests.convert.keras_files import write_h5


def test_files_are_recognised_by_their_contents(tmp_path):
    path = tmp_path / "file"
    kernel = {"kernel": np.ones((1, 1, 2, 2))}
    dense = {"kernel": np.ones((2048, 512)), "bias": np.ones(512)}
    stem = ("conv1/7x7_s2", kernel)
    for layers, name in (
        ([stem, ("dense_4", dense)], "emo-affectnet"),
        ([stem], "keras-vggface"),
        ([("conv1_conv", kernel)], "keras-applications"),
    ):
        write_h5(path, layers)
        assert recognise(path, [name]) == name
    with pytest.raises(ValueError, match="looks like none of them"):
        recognise(path, ["emo-affectnet"])
    torch.save({"a.weight": torch.ones(2, 2)}, path)
    with pytest.raises(ValueError, match="looks like none of them"):
        recognise(path, SOURCES)
