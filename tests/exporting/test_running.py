import numpy as np
import pytest

import emoaff
from emoaff.exporting import read_metadata
from emoaff.exporting import running
from emoaff.exporting.runtimes import open_runtime
from tests.exporting import small_models


@pytest.mark.slow
@pytest.mark.parametrize("out", ["a.onnx", "a.tflite"])
def test_a_stream_does_not_drift_in_500_frames(tmp_path, out):
    preset = small_models.sequence_preset(tmp_path / "p")
    path = emoaff.export(preset, tmp_path / out).path
    faces = small_models.noise(1, 500)
    answers = running.run_all(open_runtime(path), read_metadata(path), faces)
    expected = preset.model.predict_on_batch(np.float32(faces))
    affect = expected["arousal_valence"].clip(-1, 1)
    for name, values in (
        ("expression", expected["expression"]),
        ("arousal", affect[..., 0]),
        ("valence", affect[..., 1]),
    ):
        np.testing.assert_allclose(answers[name], values, atol=1e-5)


def doubled(inputs):
    """A network that adds its state, which is the sum of all faces before."""
    face = np.float32(inputs["face"]).mean(axis=(1, 2, 3))[:, None]
    total = inputs["total"] + face
    return {"mean": 2 * face, "sum": total, "next_total": total}


def about(batch, form="streaming"):
    """Metadata of `doubled`."""
    return {
        "form": form,
        "inputs": {"face": {"shape": [batch, 2, 2, 3]}},
        "states": {
            "total": {
                "shape": ["batch", 1],
                "dtype": "float32",
                "next": "next_total",
            }
        },
    }


@pytest.mark.parametrize("batch", ["batch", 2, 4])
def test_states_go_from_frame_to_frame_and_not_between_people(batch):
    # Three people, two frames each; a file for two or four gets copies.
    faces = np.arange(6).reshape(3, 2, 1, 1, 1) * np.ones((1, 1, 2, 2, 3))
    found = running.run_all(doubled, about(batch), faces, batch=2)
    assert sorted(found) == ["mean", "sum"]
    np.testing.assert_array_equal(
        found["mean"][..., 0], [[0, 2], [4, 6], [8, 10]]
    )
    # 0, 0 + 1; 2, 2 + 3; 4, 4 + 5
    np.testing.assert_array_equal(
        found["sum"][..., 0], [[0, 1], [2, 5], [4, 9]]
    )


def test_a_call_never_gets_more_faces_than_its_batch():
    sizes = []

    def count(inputs):
        sizes.append(len(inputs["face"]))
        return {"n": np.float32(inputs["face"])[:, 0, 0, 0]}

    faces = np.arange(5)[:, None, None, None] * np.ones((1, 2, 2, 3))
    free = running.run_all(count, about("batch", "static"), faces, batch=3)
    assert sizes == [3, 2]
    fixed = running.run_all(count, about(4, "static"), faces)
    assert sizes == [3, 2, 4, 4]
    for found in (free, fixed):
        np.testing.assert_array_equal(found["n"], range(5))


def test_time_is_per_face_of_a_clip(monkeypatch):
    now = iter(np.arange(0.0, 100.0, 0.006))
    monkeypatch.setattr(running.time, "perf_counter", lambda: float(next(now)))
    one = running.measure_milliseconds(
        doubled, about(2), np.zeros((1, 9, 2, 2, 3))
    )
    assert one == pytest.approx(3)  # 6 ms a call of two people's frame
    calls = {"face": {"shape": [1, 3, 2, 2, 3]}}
    clip = {**about(1, "sequence"), "inputs": calls, "states": {}}
    three = running.measure_milliseconds(
        lambda _: {}, clip, np.zeros((1, 3, 2, 2, 3))
    )
    assert three == pytest.approx(2)  # 6 ms a clip of three faces
