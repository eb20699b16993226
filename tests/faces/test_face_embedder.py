import numpy as np
import pytest

from emoaff.faces import read_picture
from emoaff.faces.face_embedder import FaceEmbedder
from tests.sample import PORTRAIT

pytest.importorskip("ai_edge_litert")
FACE = (180, 63, 86, 110)


@pytest.fixture(scope="module")
def embedder():
    return FaceEmbedder()


@pytest.fixture(scope="module")
def picture():
    return read_picture(PORTRAIT).image


def embed(embedder, image, box=FACE):
    (vector,) = embedder.embed([embedder.cut(image, box)])
    return vector


def test_an_embedding_has_length_one_and_is_the_same_again(embedder, picture):
    first, again = (embed(embedder, picture) for _ in range(2))
    assert first.shape == (1024,) and first.dtype == np.float32
    assert np.linalg.norm(first) == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(first, again)


def test_a_mirrored_face_is_the_same_face(embedder, picture):
    x, y, w, h = FACE
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    box = (picture.shape[1] - x - w, y, w, h)
    likeness = embed(embedder, picture) @ embed(embedder, mirrored, box)
    assert likeness > 0.99


def test_a_face_is_itself_in_other_light_and_size_and_no_background(
    embedder, picture
):
    face = embed(embedder, picture)
    dark = (picture * 0.6).astype("uint8")
    half = np.ascontiguousarray(picture[::2, ::2])
    assert face @ embed(embedder, dark) > 0.8
    assert face @ embed(embedder, half, [value / 2 for value in FACE]) > 0.8
    flat = np.full_like(picture, 90)
    assert face @ embed(embedder, flat) < 0.4
    assert face @ embed(embedder, picture, (20, 300, 100, 100)) < 0.4


def test_no_faces_have_no_embeddings(embedder):
    assert embedder.embed([]).shape == (0, 1024)
