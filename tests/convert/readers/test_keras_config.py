import numpy as np
import pytest

from emoaff.convert.readers.keras_h5 import read_keras_h5
from tests.convert.keras_files import layer_config
from tests.convert.keras_files import model_config
from tests.convert.keras_files import write_h5

CODE = ["4wEAAAAAAAAA", None, None]


LAMBDAS = {
    "outermost": model_config(layer_config("l", "Lambda", function=CODE)),
    "in a submodel": model_config(
        layer_config("d", "Dense"),
        {
            **model_config(layer_config("l", "Lambda", function=CODE)),
            "name": "sub",
        },
    ),
    "wrapped": model_config(
        layer_config("t", "TimeDistributed", layer=layer_config("l", "Lambda"))
    ),
    "sequential": {
        "class_name": "Sequential",
        "config": [layer_config("l", "Lambda", function=CODE)],
    },
    "keras 3": model_config(
        layer_config(
            "l", "Dense", activation={"class_name": "__lambda__", "config": {}}
        )
    ),
    "a function's type": model_config(
        layer_config("l", "Custom", function_type="lambda")
    ),
}


@pytest.mark.parametrize("where", list(LAMBDAS))
def test_program_code_in_the_config_is_refused(tmp_path, where):
    layers = [("d", {"kernel": np.ones((1, 1))})]
    write_h5(tmp_path / "a.h5", layers, LAMBDAS[where])
    with pytest.raises(ValueError, match="without program code.*a.h5"):
        read_keras_h5(tmp_path / "a.h5")


def test_a_layer_named_lambda_is_no_code(tmp_path):
    layers = [("Lambda", {"kernel": np.ones((1, 1))})]
    config = model_config(layer_config("Lambda", "Dense"))
    write_h5(tmp_path / "a.h5", layers, config)
    assert read_keras_h5(tmp_path / "a.h5").classes["Lambda"] == "Dense"
