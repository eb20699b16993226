import pytest


@pytest.fixture
def small():
    # Not at the top: without PyTorch the other tests here run all the same.
    import torch

    from tests.convert.readers.torch_files import Small

    torch.manual_seed(0)
    return Small().eval()
