import numpy as np
import pytest

from emoaff.faces.face_memory import FaceMemory
from emoaff.faces.face_memory import Glimpse


class Embedder:
    """Embeds a crop as its mean colour, and counts."""

    def __init__(self):
        self.count = 0

    def embed(self, crops):
        self.count += len(crops)
        rows = [crop.mean((0, 1)) / 255 for crop in crops]
        rows = [row / np.linalg.norm(row) for row in rows]
        return np.array(rows, "float32").reshape(-1, 3)


def glimpse(*colour):
    return Glimpse(np.full((4, 4, 3), colour, np.uint8))


def test_faces_are_embedded_when_asked_for_and_once_only():
    embedder = Embedder()
    memory = FaceMemory(embedder)
    memory.add(1, [glimpse(200, 0, 0), glimpse(0, 200, 0)])
    assert embedder.count == 0
    for _ in range(2):
        np.testing.assert_allclose(
            memory.get_mean(1), [0.5**0.5, 0.5**0.5, 0], atol=1e-6
        )
    assert embedder.count == 2


def test_the_mean_is_of_all_faces_whenever_they_came():
    memory = FaceMemory(Embedder())
    memory.add(1, [glimpse(200, 0, 0)])
    memory.get_mean(1)
    memory.add(1, [glimpse(200, 0, 0), glimpse(0, 200, 0)])
    # (2, 1) at length 1
    expected = np.array([2, 1, 0]) / 5**0.5
    np.testing.assert_allclose(memory.get_mean(1), expected, atol=1e-6)


def test_a_glimpse_that_was_compared_is_not_embedded_again():
    embedder = Embedder()
    memory = FaceMemory(embedder)
    seen = [glimpse(0, 0, 99)]
    memory.compute_mean(seen)
    assert seen[0].crop is None  # its pixels are not kept
    memory.add(3, seen)
    assert memory.get_mean(3) == pytest.approx([0, 0, 1])
    assert embedder.count == 1


def test_nobody_has_no_mean():
    memory = FaceMemory(Embedder())
    assert memory.compute_mean([]) is None
    memory.add(1, [])
    assert memory.get_mean(1) is None and memory.get_mean(2) is None
    memory.add(2, [glimpse(1, 1, 1)])
    memory.forget(2)
    assert memory.get_mean(2) is None and memory.list_people() == []
