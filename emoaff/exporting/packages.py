"""The packages of the extra `export`, loaded where they are needed."""

import importlib
import types

_FROM = {
    "ai_edge_litert": "ai-edge-litert",
    "onnx": "onnx",
    "onnxruntime": "onnxruntime",
    "tf2onnx": "tf2onnx",
}


def require_package(module: str) -> types.ModuleType:
    """Imports a module of the extra `export`.

    Raises:
        ImportError: If it is not installed; the message says how to.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = _FROM[module.partition(".")[0]]
        raise ImportError(
            f"Expected the package {package}, which exported files need. It "
            f'is not installed ({error}). Run: pip install "emoaff[export]".'
        ) from error
