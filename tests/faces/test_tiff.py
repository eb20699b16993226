import struct

import numpy as np
import pytest
from PIL import Image

from emoaff.faces import tiff


@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers_of_two_and_four_bytes_are_read_in_both_orders(order):
    entries = struct.pack(
        f"{order}HHHIHxxHHII", 2, 262, 3, 1, 1, 254, 4, 1, 70_000
    )
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    data = mark + struct.pack(f"{order}I", 8) + entries + bytes(4)
    assert tiff.read_directories(data) == [{262: 1, 254: 70_000}]


@pytest.mark.parametrize("seed", range(20))
def test_damage_ends_the_reading(tmp_path, seed):
    rng = np.random.default_rng(seed)
    path = tmp_path / "a.tif"
    Image.new("L", (8, 8)).save(path)
    data = bytearray(path.read_bytes())
    for place in rng.integers(4, len(data), 40):
        data[place] = rng.integers(256)
    assert isinstance(tiff.read_directories(bytes(data)), list)


def test_a_chain_that_leads_back_ends():
    data = b"II*\x00" + struct.pack("<IHHHIII", 8, 1, 254, 4, 1, 0, 8)
    assert tiff.read_directories(data) == [{254: 0}]


def test_smaller_copies_and_masks_are_no_pictures():
    directories = [{}, {254: 1}, {254: 4}, {255: 2}, {254: 2}, {255: 1}]
    assert tiff.count_pictures(directories) == 3
