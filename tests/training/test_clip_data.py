import numpy as np
import pytest

from emoaff.data.recordings import load_recordings
from emoaff.training.clip_config import ClipConfig
from emoaff.training.clip_data import ClipData
from emoaff.training.settings import read_stored
from tests.data import small_corpus
from tests.data.small_corpus import segments

# Two people to learn from, one to validate with; 30 frames each.
CONFIG = ClipConfig().change(
    data={"dataset": "small", "target": "valence_arousal"},
    window={"frames": 10},
    model={"size": 16},
    batch={"size": 2},
)


@pytest.fixture
def data_dir(monkeypatch, tmp_path):
    splits = {
        "train": [e for n in (0, 2) for e in segments(n, range(30))],
        "validation": list(segments(4, range(25))),
    }
    small_corpus.small_video(monkeypatch, tmp_path, splits)
    return tmp_path


def made(data_dir, lines=None, **changes):
    config = read_stored(CONFIG, changes)
    report = [].append if lines is None else lines.append
    return ClipData(config, data_dir, data_dir, report)


def test_an_epoch_draws_each_window_once(data_dir):
    data = made(data_dir)
    assert data.steps == 3
    assert sorted(data.order(0)) == list(range(6))
    assert list(data.order(0)) == list(data.order(0))
    assert any(list(data.order(0)) != list(data.order(e)) for e in range(1, 4))


def test_a_longer_epoch_goes_round_the_windows_again(data_dir):
    order = made(data_dir, steps_per_epoch=6).order(0)
    assert sorted(order[:6]) == sorted(order[6:]) == list(range(6))


def test_validation_reaches_every_frame(data_dir):
    data = made(data_dir)
    assert set(data.validation_windows.rows.ravel()) == set(range(25))


def test_batches_hold_the_labels_of_their_windows(data_dir):
    data = made(data_dir)
    recordings = data.training.recordings
    batches = list(data.batches(1, 0, (0, 1)).as_numpy_iterator())
    assert len(batches) == 3
    order = data.order(1).reshape(3, 2)
    for (x, y), drawn in zip(batches, order, strict=True):
        assert x.shape == (2, 10, 16, 16, 3)
        rows = data.windows.rows[drawn]
        np.testing.assert_array_equal(
            y["valence_arousal"],
            np.stack(
                [recordings.valence[rows], recordings.arousal[rows]], axis=-1
            ),
        )


@pytest.mark.parametrize("augment", ["tzirakis", "strong"])
def test_an_epoch_resumed_midway_repeats_its_pictures(data_dir, augment):
    data = made(data_dir, augment=augment, mixup=0.4)
    whole = list(data.batches(2, 0, (0, 1)).as_numpy_iterator())
    rest = list(data.batches(2, 1, (0, 1)).as_numpy_iterator())
    assert len(rest) == 2
    for (x, y), (again, labels) in zip(whole[1:], rest, strict=True):
        np.testing.assert_array_equal(x, again)
        np.testing.assert_array_equal(
            y["valence_arousal"], labels["valence_arousal"]
        )
    other = next(data.batches(3, 0, (0, 1)).as_numpy_iterator())
    assert np.abs(other[0] - whole[0][0]).max() > 1


def test_single_pictures_have_no_frame_axis(data_dir):
    data = made(data_dir, frames=1, augment="face", target="expression")
    x, y = next(data.batches(0, 0, (0, 1)).as_numpy_iterator())
    assert x.shape == (2, 16, 16, 3)
    assert y["expression"].shape == (2, 7)


def test_drawing_by_class_evens_out_the_classes(data_dir):
    data = made(
        data_dir,
        frames=1,
        target="expression",
        balance="classes",
        steps_per_epoch=700,
    )
    drawn = data.windows.rows[data.order(0)][:, 0]
    classes = data.training.recordings.expression[drawn]
    count = np.bincount(classes, minlength=7)
    occurring = np.unique(data.training.recordings.expression)
    occurring = occurring[occurring >= 0]
    assert classes.min() == 0
    # 1,400 draws, alike but for chance (six standard deviations).
    share = 1400 / len(occurring)
    assert np.abs(count[occurring] - share).max() < 6 * np.sqrt(share)


def test_rare_windows_are_added(data_dir):
    lines = []
    plain = made(data_dir, target="expression", loss="crossentropy")
    data = made(
        data_dir,
        lines,
        target="expression",
        loss="crossentropy",
        balance="oversample",
        frequent=("neutral",),
        tolerated_share=0.5,
        copies=2,
    )
    neutral = plain.training.recordings.expression == 0
    share = neutral[plain.windows.rows].mean(axis=1)
    assert 0 < (share <= 0.5).sum()
    added = 2 * (share <= 0.5).sum()
    assert len(data.windows) == len(plain.windows) + added
    assert "balance, frames of each class: neutral" in lines[0]


def test_classes_of_hardly_any_recordings_are_told(data_dir):
    lines = []
    made(data_dir, lines, frames=1, target="expression")
    # There are two people to learn from.
    assert lines[-1].startswith("note: hardly anything is learned from fewer")
    assert "neutral has 2, happiness has 2" in lines[-1]


def test_the_target_of_a_window_is_the_next_frame(data_dir):
    data = made(
        data_dir, frames=3, rule="one_step_ahead", label_of="last", stride=1
    )
    rows, targets = data.windows.rows, data.windows.targets
    np.testing.assert_array_equal(targets[:, 0], rows[:, -1] + 1)
    _, y = next(data.batches(0, 0, (0, 1)).as_numpy_iterator())
    valence = data.training.recordings.valence
    np.testing.assert_array_equal(
        y["valence_arousal"][:, 0], valence[targets[data.order(0)[:2], 0]]
    )


def test_frames_are_thinned_out_to_the_wanted_rate(data_dir):
    # 25 frames a second, thinned to 5: every fifth.
    data = made(data_dir, sample_hz=5.0, frames=4, tail="repeat", stride=2)
    index = data.training.recordings.index
    np.testing.assert_array_equal(index[data.windows.rows[0]], [0, 5, 10, 15])


def test_classes_are_read_in_another_space(data_dir):
    lines = []
    data = made(
        data_dir, lines, label_space="crema_d", target="expression", frames=1
    )
    theirs = load_recordings("small", "train", data_dir)
    # affectnet_7 has surprise (3), CREMA-D has not.
    surprised = theirs.expression == 3
    assert (data.training.recordings.expression[surprised] == -1).all()
    assert data.space.name == "crema_d"
    assert "surprise" in lines[0]


def test_a_share_of_the_people_can_validate(monkeypatch, tmp_path):
    examples = [e for n in range(0, 20, 2) for e in segments(n, range(12))]
    small_corpus.small_video(monkeypatch, tmp_path, {"train": examples})
    data = made(tmp_path, validation_share=0.2)
    sides = [data.training.recordings, data.validation.recordings]
    assert [len(side.names) for side in sides] == [8, 2]
    assert not set(sides[0].subjects) & set(sides[1].subjects)


def test_a_corpus_without_a_validation_split_gives_a_fifth_of_its_people(
    monkeypatch, tmp_path
):
    examples = [e for n in range(0, 20, 2) for e in segments(n, range(12))]
    small_corpus.small_video(monkeypatch, tmp_path, {"train": examples})
    lines = []
    data, asked = made(tmp_path, lines), made(tmp_path, validation_share=0.2)
    assert "no split validation: 20% of the people" in lines[0]
    assert data.validation.recordings.names == asked.validation.recordings.names
    assert len(data.validation.recordings.names) == 2


def test_a_subject_in_two_splits_is_refused(monkeypatch, tmp_path):
    splits = {
        "train": list(segments(0, range(20), name="a")),
        "validation": list(segments(1, range(20), name="b")),
    }
    small_corpus.small_video(monkeypatch, tmp_path, splits)
    with pytest.raises(ValueError, match="'person 0'.*'a'.*'b'"):
        made(tmp_path)


def test_a_window_longer_than_every_recording_is_refused(data_dir):
    with pytest.raises(ValueError, match="at most 30 frames"):
        made(data_dir, frames=31)


def test_a_split_without_a_label_is_refused(monkeypatch, tmp_path):
    def missing(frame):
        return np.nan

    splits = {
        "train": list(segments(0, range(20))),
        "validation": list(
            segments(2, range(20), valence=missing, arousal=missing)
        ),
    }
    small_corpus.small_video(monkeypatch, tmp_path, splits)
    with pytest.raises(ValueError, match="validation"):
        made(tmp_path)


def test_too_few_windows_for_a_batch_are_refused(data_dir):
    with pytest.raises(ValueError, match="at least 7 windows.*Found 6"):
        made(data_dir, batch_size=7)


def test_a_batch_is_described_by_its_recordings(data_dir):
    data = made(data_dir)
    names = data.training.recordings.names
    drawn = data.windows.recording[data.order(0)[2:4]]
    for number in drawn:
        assert names[number] in data.describe(0, 1)


def test_pixels_may_travel_as_bytes(data_dir):
    arguments = {"augment": "tzirakis", "frames": 5}
    floats = list(made(data_dir, **arguments).batches(0, 0, (0, 1)))
    data = made(data_dir, pixels="uint8", **arguments)
    for (x, _), (expected, _) in zip(
        data.batches(0, 0, (0, 1)), floats, strict=True
    ):
        assert x.dtype == np.uint8
        np.testing.assert_array_equal(x, np.rint(expected))
