import keras
import numpy as np
import pytest
import tensorflow as tf

from emoaff import metrics
from emoaff.losses import ConcordanceLoss
from emoaff.losses import MultiTaskLoss
from emoaff.losses import WeightedCrossentropy
from emoaff.losses import WeightedSigmoidCrossentropy
from emoaff.losses import concordance
from emoaff.losses.frame_shapes import agree
from emoaff.losses.frame_shapes import count_only
from emoaff.losses.frame_shapes import expand_to_frames
from emoaff.losses.frame_shapes import match_frames


@pytest.mark.parametrize(
    ("a", "b", "fits"),
    [
        ((2, 3), (2, 3), True),
        ((None, 3), (2, None), True),
        ((2, 3), (2, 4), False),
        ((2,), (2, 1), False),
        ((), (), True),
    ],
)
def test_unknown_sizes_fit_any(a, b, fits):
    assert agree(a, b) == fits


@pytest.mark.parametrize(
    ("shape", "frames", "expected"),
    [
        ((4,), (4, 5), (4, 1)),
        ((4,), (None, 5), (4, 1)),
        ((4, 5), (4, 5), (4, 5)),
        ((4, 5, 1), (4, 5), (4, 5)),
        ((4, 1), (4,), (4,)),
        ((1,), (4, 5), (1, 1)),
    ],
)
def test_weights_of_samples_stand_before_the_frames(shape, frames, expected):
    assert tuple(expand_to_frames(np.ones(shape), frames).shape) == expected


@pytest.mark.parametrize("shape", [(), (4, 5, 2), (3,), (4, 3)])
def test_weights_of_other_frames_are_refused(shape):
    with pytest.raises(ValueError, match=r"of rank 2\. Received"):
        expand_to_frames(np.ones(shape), (4, 5))


LABELS = np.zeros((6, 9, 2), "float32")
# One sequence for six; one dimension for two; six frames for nine.
OTHER = [np.s_[:1], np.s_[..., :1], np.s_[:, :6]]
LOSSES = {
    "ccc": (ConcordanceLoss(), None),
    "ccc of the batch": (ConcordanceLoss("batch"), None),
    "classes": (WeightedCrossentropy(), None),
    "indices": (WeightedCrossentropy(), np.s_[..., 0]),
    "sigmoid": (WeightedSigmoidCrossentropy(), None),
    "several": (
        lambda t, p: MultiTaskLoss({"a": ConcordanceLoss()})(
            {"a": t}, {"a": p}
        ),
        None,
    ),
    "several, of Keras": (
        lambda t, p: MultiTaskLoss({"a": keras.losses.MeanSquaredError()})(
            {"a": t}, {"a": p}
        ),
        None,
    ),
    "concordance": (lambda t, p: concordance(t, p, 1), None),
}
METRICS = {
    **{
        name: (lambda t, p, make=make: make()(t, p), None)
        for name, make in {
            "concordance metric": metrics.Concordance,
            "of sequences": lambda: metrics.Concordance(over="sequence"),
            "pearson": metrics.Pearson,
            "rmse": metrics.AffectRMSE,
            "sagr": metrics.SAGR,
            "action units": lambda: metrics.ActionUnitF1(2),
            "accuracy": lambda: metrics.Accuracy(2),
            "uar": lambda: metrics.UAR(2),
            "f1": lambda: metrics.MacroF1(2),
            "matrix": lambda: metrics.ConfusionMatrix(2),
            "calibration": metrics.ExpectedCalibrationError,
        }.items()
    },
    "index": (lambda t, p: metrics.UAR(2)(t, p), np.s_[..., 0]),
}
CASES = [
    (name, wrong)
    for name, (_, index) in {**LOSSES, **METRICS}.items()
    for wrong in range(3)
    # Class indices have no axis of classes, and Keras's own losses take one
    # column for several.
    if not (wrong == 1 and (index or name == "several, of Keras"))
]


def cut(name, wrong):
    run, index = {**LOSSES, **METRICS}[name]
    labels = LABELS[OTHER[wrong]]
    return run, labels if index is None else labels[index]


@pytest.mark.parametrize(("name", "wrong"), CASES)
def test_labels_of_other_frames_are_refused(name, wrong):
    run, labels = cut(name, wrong)
    with pytest.raises(ValueError, match=r"y_true\.shape=\("):
        run(labels, LABELS)


GRAPHS = [
    ("ccc", 0),
    ("ccc", 1),
    ("ccc", 2),
    ("ccc of the batch", 0),
    ("indices", 0),
    ("indices", 2),
    ("sigmoid", 1),
    ("concordance metric", 0),
    ("concordance metric", 2),
    ("index", 0),
    ("action units", 0),
]


@pytest.mark.parametrize(("name", "wrong"), GRAPHS)
def test_sizes_that_only_a_running_graph_knows_are_compared_there(name, wrong):
    run, labels = cut(name, wrong)
    rank = len(labels.shape)
    dims = 2 if name != "ccc" and rank == 3 else None
    signature = [
        tf.TensorSpec([None] * (rank - 1) + [dims if rank == 3 else None]),
        tf.TensorSpec((None, None, 2)),
    ]
    if rank == 3 and wrong == 1:
        signature[0] = tf.TensorSpec((None, None, None))
    if name in METRICS:
        kept = {
            "concordance metric": metrics.Concordance(),
            "index": metrics.UAR(2),
            "action units": metrics.ActionUnitF1(2),
        }[name]
        run = kept.update_state

    @tf.function(input_signature=signature)
    def graph(truth, predicted):
        return run(truth, predicted)

    same = LABELS if rank == 3 else LABELS[..., 0]
    graph(same, LABELS)
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        graph(labels, LABELS)


def test_a_tensor_that_takes_no_mask_is_scaled_instead():
    values = tf.constant([2.0, 0.0, 4.0, 0.0])
    counted = tf.constant([True, False, True, False])

    class Traced:
        """Of JAX, while it traces."""

        __slots__ = ()
        dtype = "float32"

        def __tf_tensor__(self, dtype=None, name=None):
            return values

    got = count_only(Traced(), counted, "sum_over_batch_size")
    np.testing.assert_allclose(np.mean(got), 3.0)
    assert count_only(values, counted, "sum")._keras_mask is counted


def test_labels_that_match_are_returned_as_they_are():
    @tf.function(input_signature=[tf.TensorSpec((None, None, 2))] * 2)
    def graph(truth, predicted):
        return match_frames(truth, predicted)

    truth = np.random.default_rng(0).normal(size=(3, 4, 2)).astype("float32")
    np.testing.assert_array_equal(graph(truth, 0 * truth), truth)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None)),
            tf.TensorSpec((None, None, 2)),
        ]
    )
    def of_indices(truth, predicted):
        return match_frames(truth, predicted)

    np.testing.assert_array_equal(
        of_indices(truth[..., 0], truth), truth[..., 0]
    )
