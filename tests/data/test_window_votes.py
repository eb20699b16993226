import collections

import numpy as np
import pytest

from emoaff.data.thinning import thinned_frames
from emoaff.data.window_votes import average_overlaps
from emoaff.data.window_votes import sample_windows
from emoaff.data.window_votes import spread_windows_to_frames
from emoaff.data.window_votes import vote_video_label
from emoaff.data.window_votes import vote_window_label

NEUTRAL, HAPPINESS, SADNESS, FEAR, DISGUST, ANGER = 0, 1, 2, 4, 5, 6


def report(tops, count, rate):
    """The report of a video whose windows have these top classes, in %."""
    samples = thinned_frames(count, rate)
    probabilities = np.zeros((len(tops), 7))
    for row, top in zip(probabilities, tops, strict=True):
        for name, percent in top.items():
            row[name] = percent
    windows = sample_windows(len(samples))
    return spread_windows_to_frames(windows, samples, probabilities, count)


@pytest.mark.parametrize(
    ("samples", "script", "notebook"),
    [(n, 1, 1) for n in range(1, 6)]
    + [(n, 2, 1) for n in range(6, 11)]
    + [(n, 3, 3) for n in range(11, 16)]
    + [(20, 4, 4), (22, 5, 5), (0, 0, 0)],
)
def test_number_of_windows(samples, script, notebook):
    assert sample_windows(samples).shape == (script, 10)
    assert sample_windows(samples, rule="notebook").shape == (notebook, 10)


def test_a_short_window_repeats_the_last_sample():
    np.testing.assert_array_equal(
        sample_windows(12, rule="notebook"),
        [[*range(10)], [*range(5, 12)] + [11] * 3, [10] + [11] * 9],
    )
    np.testing.assert_array_equal(
        sample_windows(3, rule="notebook"), [[0, 1] + [2] * 8]
    )


# Percentages of the top class as shown in the animated pictures of the
# original repository, and the 1-based frames they are shown at. Every value
# is rounded to 0.01, so a mean of two may be off by that.
@pytest.mark.parametrize(
    ("top", "windows", "count", "rate", "shown"),
    [
        pytest.param(
            HAPPINESS,
            [85.99, 82.43, 86.15, 86.73],
            118,
            30,
            [(1, 30, 85.99), (31, 55, 84.21), (56, 60, 82.43)]
            + [(61, 85, 84.29), (86, 90, 86.15), (91, 115, 86.44)]
            + [(116, 118, 86.73)],
            id="01-01-03-02-02-01-01",
        ),
        pytest.param(
            DISGUST,
            [93.14, 94.88, 96.29, 96.44],
            119,
            30,
            [(1, 30, 93.14), (31, 55, 94.01), (56, 60, 94.88)]
            + [(61, 85, 95.59), (86, 90, 96.29), (91, 115, 96.37)]
            + [(116, 119, 96.44)],
            id="01-01-07-02-02-02-06",
        ),
        # About 2.9 s at 30 frames a second: 15 samples, 3 windows. The facts
        # are the values; the frames follow from the rule.
        pytest.param(
            SADNESS,
            [43.52, 45.80, 61.91],
            87,
            30,
            [(1, 30, 43.52), (31, 55, 44.66), (56, 60, 45.80)]
            + [(61, 85, 53.85), (86, 87, 61.91)],
            id="CREMA-D",
        ),
        # About 4.2 s at 60 frames a second: 21 samples, 5 windows. The last
        # one has a single sample, frame 241, for which there is no picture in
        # an animation of 10 frames a second.
        pytest.param(
            FEAR,
            [29.64, 34.89, 32.60, 35.71, 40.84],
            252,
            60,
            [(1, 60, 29.64), (61, 109, 32.27), (110, 120, 34.89)]
            + [(121, 169, 33.75), (170, 180, 32.60), (181, 229, 34.16)]
            + [(230, 240, 35.71), (242, 252, 40.84)],
            id="SAVEE",
        ),
    ],
)
def test_report_of_a_clip_with_one_emotion(top, windows, count, rate, shown):
    got = report([{top: value} for value in windows], count, rate)
    assert (got.argmax(axis=1) == top).all()
    for first, last, percent in shown:
        np.testing.assert_allclose(
            got[first - 1 : last, top], percent, atol=0.0101
        )


def test_report_of_a_clip_that_turns_neutral():
    # 01-01-05-02-01-02-14: 131 frames, 22 samples, 5 windows. Neutral in the
    # fourth window was not shown; 21.21 makes the mean at 121 to 127.
    tops = [{ANGER: 40.63}, {ANGER: 82.65}, {ANGER: 75.45}]
    tops += [{ANGER: 46.80, NEUTRAL: 21.21}, {NEUTRAL: 55.05}]
    got = report(tops, 131, 30)
    for first, last, top, percent in [
        (1, 30, ANGER, 40.63),
        (31, 55, ANGER, 61.64),
        (56, 60, ANGER, 82.65),
        (61, 85, ANGER, 79.05),
        (86, 90, ANGER, 75.45),
        (91, 115, ANGER, 61.12),
        (116, 120, ANGER, 46.80),
        (121, 127, NEUTRAL, 38.13),
        (128, 131, NEUTRAL, 55.05),
    ]:
        part = got[first - 1 : last]
        np.testing.assert_allclose(part[:, top], percent, atol=0.0101)
        assert (part.argmax(axis=1) == top).all()


def test_frames_before_the_first_face_have_no_prediction():
    windows = np.array([[0, 1], [1, 2]])
    rows = np.array([[0.2, 0.8], [0.6, 0.4]])
    got = spread_windows_to_frames(windows, [2, 4, 5], rows, 8)
    nan = [np.nan, np.nan]
    expected = [nan, nan, [0.2, 0.8], [0.2, 0.8], [0.4, 0.6]]
    expected += [[0.6, 0.4]] * 3
    np.testing.assert_allclose(got, expected)
    got = spread_windows_to_frames(windows, [2, 4, 5], rows, 8, lead="first")
    np.testing.assert_allclose(got[:3], [[0.2, 0.8]] * 3)


def test_a_video_without_a_face_has_no_prediction_at_all():
    got = spread_windows_to_frames(sample_windows(0), [], np.zeros((0, 7)), 4)
    assert got.shape == (4, 7)
    assert np.isnan(got).all()
    assert vote_video_label(np.zeros((0, 7))) == -1


def test_video_label_by_mode_and_by_sum():
    rows = [[0.6, 0.4, 0.0], [0.6, 0.4, 0.0], [0.0, 0.9, 0.1]]
    assert vote_video_label(rows) == 0
    assert vote_video_label(rows, "sum") == 1  # 1.2, 1.7, 0.1
    tied = [[0.0, 0.0, 1.0], [0.0, 0.6, 0.4]]
    assert vote_video_label(tied) == 1  # the smaller index of equals
    assert vote_video_label(tied, "sum") == 2
    # A NaN would win every argmax.
    assert vote_video_label([[1.0, np.nan], [0.9, 0.1]], "sum") == 0
    assert vote_video_label([[1.0, np.nan], [0.9, 0.1], [0.9, 0.1]]) == 0
    # 4 of 5 windows of the clip above are anger.
    assert vote_video_label(np.eye(7)[[ANGER] * 4 + [NEUTRAL]]) == ANGER


def test_overlap_average_matches_a_loop():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 30, (40, 1)) + np.arange(6)
    rows[rng.random(rows.shape) < 0.2] = -1
    values = rng.normal(size=(40, 6, 3)).astype(np.float32)
    values[rows < 0] = np.nan
    got = average_overlaps(rows, values, 50)
    assert got.dtype == np.float64
    votes = collections.defaultdict(list)
    for row, value in zip(rows.ravel(), values.reshape(-1, 3), strict=True):
        votes[row].append(value.astype(np.float64))
    expected = [
        np.mean(votes[i], axis=0) if i in votes else [np.nan] * 3
        for i in range(50)
    ]
    np.testing.assert_allclose(got, expected, atol=1e-12)


def test_a_repeated_frame_counts_once():
    rows = [[0, 1, 1, 1], [1, 2, 2, -1]]
    values = np.array([[1, 2, 90, 90], [4, 5, 90, 90.0]])[..., None]
    got = average_overlaps(rows, values, 4)[:, 0]
    np.testing.assert_allclose(got, [1, 3, 5, np.nan])


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([3, 3, 1], 3),
        ([-1, -1, 2], 2),  # a label wins over none
        ([-1, -1, -1], -1),
        ([4, 1, 1, 4], 4),  # of equals the first seen
        ([-1, 1, 4, 4, 1], 1),
    ],
)
def test_window_label_golden(labels, expected):
    got = vote_window_label(np.array([labels]))
    assert got.dtype == np.int64
    assert got.tolist() == [expected]


def test_window_label_matches_a_counter():
    labels = np.random.default_rng(0).integers(-1, 4, (500, 7))
    for row, got in zip(
        labels.tolist(), vote_window_label(labels), strict=True
    ):
        counter = collections.Counter(x for x in row if x >= 0)
        # `most_common` keeps the order of first sight among equals.
        (expected, _), *_ = counter.most_common(1) or [(-1, 0)]
        assert got == expected


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sample_windows(5, rule="both"), "rule='both'"),
        (lambda: sample_windows(5, stride=0), "stride=0"),
        (lambda: vote_video_label([[1.0]], "max"), "rule='max'"),
        (
            lambda: spread_windows_to_frames([[0]], [0], [[1.0]], 1, "zero"),
            "lead='zero'",
        ),
        (
            lambda: spread_windows_to_frames([[0]], [0], [[1.0]] * 2, 1),
            r"\(2, 1\), 1 windows",
        ),
        (lambda: spread_windows_to_frames([[0]], [7], [[1.0]], 7), "7 to 7"),
        (
            lambda: average_overlaps([[0, 1]], np.zeros((1, 3, 2)), 5),
            r"\(1, 3, 2\)",
        ),
        (
            lambda: average_overlaps([[0, 5]], np.zeros((1, 2, 2)), 5),
            r"\[0, 5\]",
        ),
        (lambda: vote_window_label(np.zeros((2, 2))), "dtype=float64"),
    ],
)
def test_wrong_arguments_are_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
