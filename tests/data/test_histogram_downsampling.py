import numpy as np
import pytest

from emoaff.data.histogram_downsampling import histogram_downsampling


def labels(count=4000, seed=0):
    """Two decimals in [-1, 1], the corners and the origin among them."""
    rng = np.random.default_rng(seed)
    va = np.clip(rng.normal([0.2, 0.1], 0.3, (count, 2)), -1, 1).round(2)
    va[:4] = [[-1, -1], [1, 1], [0, 0], [0, 0]]
    return va[:, 0], va[:, 1]


def paper_by_loop(valence, arousal, ceiling, bins):
    """The authors' procedure frame by frame, without NumPy's histograms."""
    edges = {}
    for name, values in (("v", valence), ("a", arousal)):
        edges[name] = np.linspace(min(values), max(values), bins + 1)

    def counted_at(value, edge):
        # From the edge below, on it included; the last cell is closed.
        return min(sum(1 for e in edge if e <= value), bins) - 1

    density = np.zeros((bins, bins))
    for v, a in zip(valence, arousal, strict=True):
        density[counted_at(v, edges["v"]), counted_at(a, edges["a"])] += 1
    top = {
        "max": density.max(),
        "mean": density.sum() / bins**2,
        "max_mean": (density.sum() / bins**2 + density.max()) / 2,
    }[ceiling]

    def looked_up_at(value):
        # In the cell whose edge above is reached, by the edges of valence.
        return sum(1 for e in edges["v"] if e < value) - 1

    return [
        0.0
        if v == 0 and a == 0
        else 1 - density[looked_up_at(v)][looked_up_at(a)] / top
        for v, a in zip(valence, arousal, strict=True)
    ]


@pytest.mark.parametrize("ceiling", ["max_mean", "max", "mean"])
@pytest.mark.parametrize("bins", [40, 7])
def test_paper_probability_matches_a_loop(ceiling, bins):
    valence, arousal = labels(800)
    _, probability = histogram_downsampling(
        valence, arousal, ceiling=ceiling, bins=bins, seed=0
    )
    np.testing.assert_allclose(
        probability, paper_by_loop(valence, arousal, ceiling, bins), atol=1e-12
    )
    assert (probability.min() < 0) == (ceiling != "max")


def test_paper_probability_by_hand():
    # 2 x 2 cells, edges of valence -1, 0, 1, of arousal 0, 0.5, 1. Counted:
    # (-1, 0) low low; (0.5, 0.2) and (0.5, 0.4) high low; (1, 1) high high.
    # M = (4 / 4 + 2) / 2 = 1.5. Looked up by the edges of valence: -1 wraps
    # to high; 0 is low; all else is high.
    valence, arousal = [-1, 0.5, 0.5, 1], [0, 0.2, 0.4, 1]
    _, probability = histogram_downsampling(valence, arousal, bins=2)
    np.testing.assert_allclose(
        probability, [1 - 2 / 1.5, 1 - 1 / 1.5, 1 - 1 / 1.5, 1 - 1 / 1.5]
    )


def test_paper_keeps_each_frame_with_its_probability():
    # Four labels only, so four probabilities, 10,000 frames in all.
    rng = np.random.default_rng(0)
    which = rng.choice(4, 10_000, p=[0.05, 0.15, 0.3, 0.5])
    va = np.array([[-0.9, -0.9], [-0.5, 0.5], [0.5, -0.5], [0.9, 0.9]])[which]
    keep, probability = histogram_downsampling(*va.T, ceiling="max", seed=1)
    for label in range(4):
        expected = probability[which == label]
        assert (expected == expected[0]).all()
        got = keep[which == label].mean()
        assert abs(got - max(expected[0], 0)) < 0.03
    # The fullest cell is empty afterwards: not a flattening.
    assert not keep[which == 3].any()


@pytest.mark.parametrize("mode", ["paper", "fixed"])
def test_float32_labels_fall_where_their_decimals_do(mode):
    # 0.35 lies on an edge, its float32 above it.
    valence, arousal = labels()
    keep, probability = histogram_downsampling(valence, arousal, mode, seed=0)
    narrow = np.float32(valence), np.float32(arousal)
    got = histogram_downsampling(*narrow, mode, seed=0)
    np.testing.assert_array_equal(got[0], keep)
    np.testing.assert_array_equal(got[1], probability)


@pytest.mark.parametrize("mode", ["paper", "fixed"])
def test_unlabelled_frames_are_nobodys(mode):
    valence, arousal = labels()
    keep, probability = histogram_downsampling(valence, arousal, mode, seed=3)
    at = np.sort(np.random.default_rng(0).integers(0, 4000, 500))
    half = np.where(np.arange(500) % 2, np.nan, 0.3)
    got = histogram_downsampling(
        np.insert(valence, at, half),
        np.insert(arousal, at, half[::-1]),
        mode,
        seed=3,
    )
    nobody = np.zeros(4500, bool)
    nobody[at + np.arange(500)] = True
    np.testing.assert_array_equal(got[0], np.where(nobody, False, got[0]))
    np.testing.assert_array_equal(got[0][~nobody], keep)
    np.testing.assert_array_equal(got[1][~nobody], probability)
    assert np.isnan(got[1][nobody]).all()


@pytest.mark.parametrize("mode", ["paper", "fixed"])
def test_frames_at_the_origin_are_dropped_unless_told_otherwise(mode):
    valence, arousal = labels()
    origin = (valence == 0) & (arousal == 0)
    assert origin.sum() > 2
    keep, probability = histogram_downsampling(valence, arousal, mode, seed=0)
    assert not keep[origin].any()
    assert (probability[origin] == 0).all()
    # One zero alone is no origin.
    one = (valence == 0) ^ (arousal == 0)
    assert keep[one].any()
    keep, _ = histogram_downsampling(
        valence, arousal, mode, drop_origin=False, seed=0
    )
    assert keep[origin].any()


@pytest.mark.parametrize("ceiling", ["max_mean", "mean", "max"])
def test_fixed_cuts_every_cell_at_the_ceiling(ceiling):
    valence, arousal = labels(20_000)
    real = (valence != 0) | (arousal != 0)
    keep, probability = histogram_downsampling(
        valence, arousal, "fixed", ceiling, seed=0
    )
    before, *edges = np.histogram2d(valence[real], arousal[real], 40)
    after, *_ = np.histogram2d(valence[keep], arousal[keep], edges)
    top = {
        "max": before.max(),
        "mean": before.mean(),
        "max_mean": (before.mean() + before.max()) / 2,
    }[ceiling]
    assert (before.max() > top) == (ceiling != "max")
    np.testing.assert_array_equal(after, np.minimum(before, np.floor(top)))
    # The probabilities are those of the draw: they sum to what is kept.
    np.testing.assert_allclose(probability.sum(), keep.sum())


def test_fixed_keeps_one_frame_where_the_ceiling_is_below_one():
    # 3 frames in one cell, 1 in another: the mean of 1,600 is 0.0025.
    va = np.array([[-1, -1], [1, 1], [1, 1], [1, 1]], float).T
    keep, probability = histogram_downsampling(*va, "fixed", "mean", seed=0)
    assert keep[0]
    assert keep[1:].sum() == 1
    np.testing.assert_allclose(probability, [1, 1 / 3, 1 / 3, 1 / 3])


def test_fixed_draws_every_frame_of_a_cell_alike():
    va = np.array([[-1, -1], *[[1, 1]] * 4], float).T
    kept = sum(
        histogram_downsampling(*va, "fixed", "mean", seed=seed)[0]
        for seed in range(400)
    )
    np.testing.assert_allclose(
        kept / 400, [1, 0.25, 0.25, 0.25, 0.25], atol=0.07
    )


@pytest.mark.parametrize("mode", ["paper", "fixed"])
def test_the_draw_follows_the_seed(mode):
    first, again, other, unseeded, anew = (
        histogram_downsampling(*labels(), mode, "mean", seed=seed)[0]
        for seed in (0, 0, 1, None, None)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (unseeded != anew).any()


def test_paper_has_no_cell_for_an_arousal_above_every_valence():
    with pytest.raises(
        ValueError, match="arousal up to 0.9, valence up to 0.5"
    ):
        histogram_downsampling([-0.5, 0.5], [-0.5, 0.9])
    keep, _ = histogram_downsampling([-0.5, 0.5], [-0.5, 0.9], "fixed")
    assert keep.all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mode": "exact"}, "mode='exact'"),
        ({"ceiling": "median"}, "ceiling='median'"),
        ({"bins": 0}, "bins=0"),
        ({"valence": [0.1]}, r"shapes \(1,\) and \(2,\)"),
        ({"valence": [np.nan, 0.5]}, "none of 2"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    given = {"valence": [0.1, np.nan], "arousal": [0.2, np.nan], **arguments}
    with pytest.raises(ValueError, match=words):
        histogram_downsampling(**given)
