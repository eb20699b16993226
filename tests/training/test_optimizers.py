import keras
import numpy as np
import pytest

from emoaff.training.config_groups import OptimizerConfig
from emoaff.training.config_groups import ScheduleConfig
from emoaff.training.optimizers import OPTIMIZERS
from emoaff.training.optimizers import make_optimizer

CLASSES = {
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_each_name_is_keras_s_optimizer(name):
    settings = OptimizerConfig(name, momentum=0.8, weight_decay=0.03, ema=0.9)
    made = make_optimizer(settings, ScheduleConfig(), 10)
    assert type(made) is CLASSES[name]
    assert made.use_ema and made.ema_momentum == 0.9
    assert float(made.learning_rate) == pytest.approx(4e-5)
    if name == "sgd":
        assert made.momentum == 0.8
    if name == "adamw":
        assert made.weight_decay == 0.03


def test_weights_are_not_averaged_by_default():
    assert not make_optimizer(OptimizerConfig(), ScheduleConfig(), 1).use_ema


def rates(schedule, total, steps):
    made = make_optimizer(OptimizerConfig(learning_rate=0.1), schedule, total)
    given = made._learning_rate
    if not callable(given):
        return [float(made.learning_rate)] * len(steps)
    return [float(given(step)) for step in steps]


def test_rates_follow_their_schedules():
    steps = np.array([0, 4, 8, 20])
    np.testing.assert_allclose(
        rates(ScheduleConfig("constant"), 20, steps), 0.1, rtol=1e-6
    )
    np.testing.assert_allclose(
        rates(ScheduleConfig("cosine"), 20, steps),
        0.05 * (1 + np.cos(np.pi * steps / 20)),
        rtol=1e-5,
        atol=1e-9,
    )
    np.testing.assert_allclose(
        rates(ScheduleConfig("inverse_time", decay=0.5), 20, steps),
        0.1 / (1 + 0.5 * steps),
        rtol=1e-6,
    )


def test_a_warm_up_rises_in_a_line_and_ends_with_the_cosine():
    schedule = ScheduleConfig("cosine", warmup_steps=4)
    np.testing.assert_allclose(
        rates(schedule, 20, [0, 1, 2, 4, 12, 20]),
        # 0.1 * step / 4, then a cosine over the other 16.
        [0, 0.025, 0.05, 0.1, 0.05, 0],
        rtol=1e-5,
        atol=1e-8,
    )


def test_a_warm_up_longer_than_the_run_is_refused():
    with pytest.raises(ValueError, match="below .* 20.*warmup_steps=20"):
        rates(ScheduleConfig("cosine", warmup_steps=20), 20, [0])
