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
