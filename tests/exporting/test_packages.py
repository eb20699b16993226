import importlib

import pytest

import emoaff


@pytest.mark.parametrize(
    ("module", "out"), [("tf2onnx", "a.onnx"), ("ai_edge_litert", "a.tflite")]
)
def test_a_missing_package_says_what_to_install(
    still, tmp_path, monkeypatch, module, out
):
    real = importlib.import_module

    def without(name, *args):
        if name.startswith(module):
            raise ModuleNotFoundError(f"No module named {name!r}")
        return real(name, *args)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(ImportError, match=r'pip install "emoaff\[export\]"'):
        emoaff.export(still, tmp_path / out)
    assert not list(tmp_path.iterdir())
