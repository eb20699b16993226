import keras
import numpy as np
import pytest

from emoaff.models import build_mobilenet_v1


def test_parameter_count_by_hand():
    # conv1: 3*3*3*32 + 32. Each block: depthwise 9*c + c, pointwise c*d + d.
    widths = [32, 64, 128, 128, 256, 256, *[512] * 6, 1024, 1024]
    expected = 27 * 32 + 32
    for c, d in zip(widths, widths[1:], strict=False):
        expected += 10 * c + c * d + d
    assert build_mobilenet_v1().count_params() == expected == 3_196_032


def test_any_size_gives_1024_features_from_0_to_6():
    model = build_mobilenet_v1()
    rng = np.random.default_rng(0)
    for size in (32, 48, 80):
        faces = np.float32(rng.uniform(0, 255, (2, size, size, 3)))
        features = np.asarray(model(faces))
        assert features.shape == (2, 1024)
        assert 0 <= features.min() and features.max() <= 6


def test_it_halves_five_times():
    model = build_mobilenet_v1(64)
    sides = {
        name: model.get_layer(name).output.shape[1]
        for name in ("conv1", "dw2", "dw4", "dw6", "dw12", "pw13")
    }
    assert sides == {
        "conv1": 32,
        "dw2": 16,
        "dw4": 8,
        "dw6": 4,
        "dw12": 2,
        "pw13": 2,
    }


def test_weights_are_read_back(tmp_path):
    keras.utils.set_random_seed(1)
    model = build_mobilenet_v1(32)
    model.save_weights(tmp_path / "face.weights.h5")
    again = build_mobilenet_v1(weights=tmp_path / "face.weights.h5")
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_face_recognition_weights_tell_people_apart(shared_data):
    # Two talking heads of the GRID corpus: frames of one person are nearer
    # to each other than to the other person's.
    from emoaff.faces import FaceDetector
    from emoaff.faces import Video
    from emoaff.faces import crop_face

    path = shared_data / "weights/mobilenet_v1_vggface2_folded.weights.h5"
    model = build_mobilenet_v1(weights=path)
    detector = FaceDetector()
    features = []
    for name in ("grid_bbaf2n.mpg", "grid_brbk7n.mpg"):
        with Video(shared_data / "videos" / name) as video:
            frames = [f.image for f in video if f.index % 30 == 0]
        boxes = [detector.detect(image)[0].box for image in frames]
        faces = [
            crop_face(image, box, 0.1, 112)
            for image, box in zip(frames, boxes, strict=True)
        ]
        vectors = np.asarray(model(np.float32(faces)))
        features.append(vectors / np.linalg.norm(vectors, axis=1)[:, None])
    one, other = features
    same = min((one @ one.T).min(), (other @ other.T).min())
    assert same > (one @ other.T).max()


@pytest.mark.parametrize("size", [40, (40, 56)])
def test_a_fixed_size_is_kept(size):
    shape = (40, 40) if size == 40 else size
    assert build_mobilenet_v1(size).input_shape == (None, *shape, 3)
