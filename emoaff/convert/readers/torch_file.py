import dataclasses
import pathlib

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class TorchFile:
    """The tensors of a file that PyTorch or safetensors wrote.

    Args:
        path: The file.
        kind: `"state dict"`, `"TorchScript"` or `"safetensors"`.
        tensors: Array by name, as `state_dict()` has them, in the file's
            order. Arrays may be views that cannot be written to.
        constants: Of a TorchScript file: tensors without a name.
    """

    path: pathlib.Path
    kind: str
    tensors: dict[str, np.ndarray]
    constants: tuple[np.ndarray, ...] = ()
