import pytest

from emoaff.training import Experiment
from emoaff.training import Stage

NAN = float("nan")


def experiment(*epochs, higher_is_better=True):
    return Experiment(
        build=None,
        stages=tuple(Stage(count, optimizer=None) for count in epochs),
        loss=None,
        batches=None,
        steps=1,
        validate=None,
        monitor="ccc",
        publish=None,
        higher_is_better=higher_is_better,
    )


def test_epochs_go_through_the_stages():
    made = experiment(2, 1, 3)
    assert made.epochs == 6
    assert [made.stage_of(e) for e in range(6)] == [0, 0, 1, 2, 2, 2]
    with pytest.raises(ValueError, match="below 6. Received: 7"):
        made.stage_of(7)


@pytest.mark.parametrize(
    ("value", "best", "higher", "lower"),
    [
        (0.5, None, True, True),
        (0.5, 0.4, True, False),
        (0.4, 0.5, False, True),
        (0.5, 0.5, False, False),
        (NAN, None, False, False),
        (NAN, 0.1, False, False),
    ],
)
def test_what_is_better(value, best, higher, lower):
    assert experiment(1).better(value, best) == higher
    less = experiment(1, higher_is_better=False)
    assert less.better(value, best) == lower
