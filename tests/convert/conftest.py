"""Tests that compare with PyTorch are skipped where it is not installed."""

import importlib.util
import re

import pytest

_USES = re.compile(
    r"^(import|from) (torch|tests\.convert\.(readers\.)?torch_)", re.M
)


class _WithoutTorch(pytest.Module):
    def collect(self):
        pytest.skip("needs PyTorch: pip install emoaff[parity]")


def pytest_pycollect_makemodule(module_path, parent):
    missing = importlib.util.find_spec("torch") is None
    if missing and _USES.search(module_path.read_text("utf-8")):
        return _WithoutTorch.from_parent(parent, path=module_path)
    return None
