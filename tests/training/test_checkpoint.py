import math

import keras
import numpy as np
import pytest

from emoaff.training import checkpoint


def variables(*values):
    return [keras.Variable(np.float32(value)) for value in values]


def test_what_is_saved_comes_back(tmp_path):
    path = tmp_path / "deep" / "last.npz"
    checkpoint.save(path, variables([1, 2], 3), {"epoch": 4, "ccc": math.nan})
    fresh = variables([0, 0], 0)
    checkpoint.restore_checkpoint(path, fresh)
    assert [v.numpy().tolist() for v in fresh] == [[1, 2], 3]
    facts = checkpoint.meta(path)
    assert facts["epoch"] == 4
    assert math.isnan(facts["ccc"])
    assert [p.name for p in path.parent.iterdir()] == ["last.npz"]


def test_an_interrupted_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    path = tmp_path / "last.npz"
    checkpoint.save(path, variables(1), {"epoch": 1})

    def stopped(file, **arrays):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.np, "savez", stopped)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(path, variables(2), {"epoch": 2})
    monkeypatch.undo()
    assert checkpoint.meta(path) == {"epoch": 1}


def test_the_first_of_more_variables_can_be_taken(tmp_path):
    path = tmp_path / "last.npz"
    checkpoint.save(path, variables([1, 2], 3), {})
    first = variables([0, 0])
    checkpoint.restore_checkpoint(path, first, exactly=False)
    assert first[0].numpy().tolist() == [1, 2]
    with pytest.raises(ValueError, match="other code or settings"):
        checkpoint.restore_checkpoint(path, first)
