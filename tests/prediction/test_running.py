import dataclasses
import itertools
import threading

import keras
import numpy as np
import pytest

import emoaff
from emoaff.data.window_votes import sample_windows
from emoaff.data.window_votes import vote_video_label
from emoaff.faces import Frame
from emoaff.layers import Framewise
from emoaff.prediction.options import Options
from emoaff.prediction.running import Running
from emoaff.prediction.running import Tally
from emoaff.prediction.running import run_ahead
from emoaff.presets.sequence_model import sequence_model
from tests.data.small_corpus import SIDE
from tests.prediction.faces_on_air import BOX
from tests.prediction.faces_on_air import Finder
from tests.prediction.faces_on_air import face
from tests.prediction.faces_on_air import frame
from tests.prediction.faces_on_air import seen
from tests.prediction.small_sequences import WINDOW
from tests.prediction.small_sequences import clip_preset
from tests.prediction.small_sequences import feature_preset
from tests.prediction.small_sequences import head_layers
from tests.prediction.small_sequences import still_preset
from tests.sample import CLIP
from tests.small_presets import AFFECT
from tests.small_presets import dense
from tests.small_presets import mean_colour
from tests.small_presets import saved


@pytest.fixture(scope="module")
def frames_preset(tmp_path_factory):
    return clip_preset(tmp_path_factory.mktemp("clips") / "frames")


@pytest.fixture(scope="module")
def window_preset(tmp_path_factory):
    root = tmp_path_factory.mktemp("features")
    return feature_preset(root / "memory", still_preset(root / "still"))


def rows(preset, observed, fps=25.0, **options):
    running = Running(preset, Options(**options), fps)
    return list(running.make_rows_of_faces(observed))


def probabilities(found, person=1):
    return np.stack([r.probabilities for r in found if r.person == person])


def by_hand(preset, indices):
    """What the head says of one whole sequence, `(frames, 7)`."""
    model = sequence_model(preset)
    crops = [preset.crop(frame(i).image, BOX) for i in indices]
    inputs = keras.Input((len(crops), 3))
    head = keras.Model(inputs, head_layers(model.each_frame)(inputs))
    head.set_weights(model.head.get_weights())
    return head.predict_on_batch(model.encode(crops)[None])[0]


def test_a_stream_is_the_whole_sequence(frames_preset):
    got = probabilities(
        rows(frames_preset, seen([[1]] * 40), temporal="streaming")
    )
    np.testing.assert_allclose(
        got, by_hand(frames_preset, range(40)), atol=1e-5
    )
    assert np.ptp(got, axis=0).max() > 0.05  # it does say something


@pytest.mark.parametrize("count", [1, 3, WINDOW])
def test_a_short_track_is_the_same_by_windows_and_as_a_stream(
    frames_preset, count
):
    streamed, windowed = (
        probabilities(rows(frames_preset, seen([[1]] * count), temporal=form))
        for form in ("streaming", "window")
    )
    assert len(streamed) == count
    np.testing.assert_allclose(streamed, windowed, atol=1e-5)


def test_windows_at_every_sample_are_what_the_live_window_says(window_preset):
    live = probabilities(
        rows(window_preset, seen([[1]] * 25), temporal="streaming")
    )
    model = sequence_model(window_preset)
    crops = [window_preset.crop(frame(i).image, BOX) for i in range(25)]
    features = model.encode(crops)
    windows = sample_windows(25, WINDOW, 1)[: 25 - WINDOW + 1]
    expected = model.answer(features[windows])["expression"]
    np.testing.assert_allclose(live[WINDOW - 1 :], expected, atol=1e-5)
    # Before there are enough, the first one is repeated in front.
    padded = np.maximum(np.arange(3 - WINDOW, 3), 0)
    early = model.answer(features[padded][None])["expression"]
    np.testing.assert_allclose(live[2:3], early, atol=1e-5)


def test_windows_of_features_are_those_of_the_original_rule(window_preset):
    got = probabilities(rows(window_preset, seen([[1]] * 17), stride=3))
    model = sequence_model(window_preset)
    crops = [window_preset.crop(frame(i).image, BOX) for i in range(17)]
    windows = sample_windows(17, WINDOW, 3)
    said = model.answer(model.encode(crops)[windows])["expression"]
    for index in range(17):
        inside = [
            k for k, row in enumerate(windows) if row[0] <= index <= row[-1]
        ]
        np.testing.assert_allclose(
            got[index], said[inside].mean(axis=0), atol=1e-5
        )


@pytest.mark.parametrize("temporal", ["streaming", "window"])
def test_people_do_not_share_a_memory(frames_preset, temporal):
    plan = [[1] if i % 3 else [1, 2] for i in range(30)]
    together = rows(frames_preset, seen(plan), temporal=temporal)
    alone = [
        (frame(i), [face(2)] if 2 in persons else [])
        for i, persons in enumerate(plan)
    ]
    second = rows(frames_preset, alone, temporal=temporal)
    np.testing.assert_allclose(
        probabilities(together, 2), probabilities(second, 2), atol=1e-5
    )
    keys = [(row.frame, row.person) for row in together]
    assert keys == [(i, p) for i, persons in enumerate(plan) for p in persons]


@pytest.mark.parametrize("temporal", ["streaming", "window"])
def test_a_memory_begins_anew_after_a_gap_and_not_before(
    frames_preset, temporal
):
    plan = [[1]] * 8 + [[]] * 30 + [[1]] * 8  # 1.24 s without the face
    found = rows(frames_preset, seen(plan), temporal=temporal)
    assert [row.person is None for row in found] == [not p for p in plan]
    later = [(frame(i), [face()]) for i in range(38, 46)]
    fresh = rows(frames_preset, later, temporal=temporal)
    np.testing.assert_allclose(
        probabilities(found)[8:], probabilities(fresh), atol=1e-5
    )
    kept = rows(frames_preset, seen(plan), temporal=temporal, gap_s=2.0)
    joined = [(frame(i), f) for i, (_, f) in enumerate(seen(plan)) if f]
    expected = rows(frames_preset, joined, temporal=temporal, gap_s=9.0)
    got = probabilities(kept)
    np.testing.assert_allclose(got, probabilities(expected), atol=1e-5)
    assert np.abs(got - probabilities(found))[8:].max() > 0.01


def test_frames_between_samples_hold_the_answer(frames_preset):
    found = probabilities(rows(frames_preset, seen([[1]] * 23), rate_hz=5))
    samples = by_hand(frames_preset, range(0, 23, 5))
    np.testing.assert_allclose(
        found, np.repeat(samples, 5, axis=0)[:23], atol=1e-5
    )


def test_the_image_model_sees_each_sample_once(window_preset, monkeypatch):
    model, seen_crops = sequence_model(window_preset), []
    encode = model.encode

    def counted(crops):
        seen_crops.extend(int(crop[0, 0, 0]) for crop in crops)
        return encode(crops)

    monkeypatch.setattr(model, "encode", counted)
    rows(window_preset, seen([[1]] * 101), rate_hz=5, stride=1)
    assert seen_crops == [*range(0, 101, 5)]


def test_rows_do_not_pile_up(window_preset):
    pulled = 0

    def observed():
        nonlocal pulled
        for item in seen([[1] if i < 300 else [] for i in range(600)]):
            pulled += 1
            yield item

    running = Running(window_preset, Options(rate_hz=5), 25.0)
    for given, row in enumerate(running.make_rows_of_faces(observed())):
        assert row.frame == given
        # A batch of frames, a window of six samples, a second of gap.
        assert pulled - given <= 64 + 30 + 26


def test_a_live_row_is_given_before_the_next_frame(frames_preset):
    asked = []

    def observed():
        for item in seen([[1]] * 9):
            asked.append(item[0].index)
            yield item

    running = Running(frames_preset, Options(live=True), 25.0)
    for row in running.make_rows_of_faces(observed()):
        assert asked[-1] == row.frame


@pytest.mark.parametrize("rule", ["mode", "sum"])
def test_the_label_of_the_video_is_that_of_its_windows(window_preset, rule):
    running = Running(window_preset, Options(), 25.0)
    list(running.make_rows_of_faces(seen([[1]] * 31)))
    model = sequence_model(window_preset)
    crops = [window_preset.crop(frame(i).image, BOX) for i in range(31)]
    windows = sample_windows(31, WINDOW, WINDOW // 2)
    said = model.answer(model.encode(crops)[windows])["expression"]
    assert running.tally.label(rule) == vote_video_label(said, rule)


def knowing_its_prior(preset):
    """The same preset, which knows the shares of its training data."""
    shares = [0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
    output = {**preset.config["outputs"]["expression"], "class_prior": shares}
    config = {**preset.config, "outputs": {"expression": output}}
    return dataclasses.replace(preset, config=config)


@pytest.mark.parametrize("kind", ["frames_preset", "window_preset"])
def test_rows_and_the_label_of_a_memory_follow_the_prior(kind, request):
    plain = knowing_its_prior(request.getfixturevalue(kind))
    even = plain.with_prior("uniform")
    faces = seen([[1]] * 31)
    before = probabilities(rows(plain, faces))
    running = Running(even, Options(), 25.0)
    after = probabilities(list(running.make_rows_of_faces(seen([[1]] * 31))))
    expected = before / np.array(plain.trained_prior.shares)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(after, expected, rtol=1e-4)
    as_trained = Running(plain, Options(), 25.0)
    list(as_trained.make_rows_of_faces(seen([[1]] * 31)))
    # Answers are added up as they are shown.
    ruled_out = plain.labels.classes[as_trained.tally.label()]
    without = Running(plain.with_prior({ruled_out: 0}), Options(), 25.0)
    list(without.make_rows_of_faces(seen([[1]] * 31)))
    assert without.tally.label() != as_trained.tally.label()


def test_an_answer_for_the_frame_after_comes_one_sample_later(
    tmp_path_factory,
):
    root = tmp_path_factory.mktemp("ahead")
    still = still_preset(root / "still")
    preset = feature_preset(root / "a", still, rule="one_step_ahead")
    got = probabilities(rows(preset, seen([[1]] * 12)))
    plain = feature_preset(root / "b", still)
    now = probabilities(rows(plain, seen([[1]] * 12), temporal="streaming"))
    np.testing.assert_allclose(got[1:], now[:-1], atol=1e-6)
    np.testing.assert_allclose(got[0], now[0], atol=1e-6)
    with pytest.raises(ValueError, match="the frame after its window"):
        Running(preset, Options(temporal="window"))


def test_valence_and_arousal_have_their_own_names(tmp_path):
    picture = keras.Input((SIDE, SIDE, 3))
    encoder = keras.Model(picture, mean_colour(picture))
    inputs = keras.Input((WINDOW, SIDE, SIDE, 3))
    x = Framewise(encoder)(inputs)
    x = keras.layers.GRU(4, return_sequences=True, name="gru_1")(x)
    x = dense(2, name="arousal_valence")(x)
    model = keras.Model(inputs, {"arousal_valence": x})
    preset = saved(
        tmp_path / "affect", model, AFFECT, sampling={"window": WINDOW}
    )
    found = rows(preset, seen([[1]] * WINDOW))
    crops = [preset.crop(frame(i).image, BOX) for i in range(WINDOW)]
    said = preset.model.predict_on_batch(np.stack(crops)[None])
    said = said["arousal_valence"][0]
    for name, expected in zip(("arousal", "valence"), said.T, strict=True):
        got = [getattr(row, name) for row in found]
        np.testing.assert_allclose(got, expected, atol=1e-5)
    assert np.ptp(said[:, 1]) > 0.01
    assert all(r.probabilities is None for r in found)


def test_whose_face_it_is_by_their_rules_and_by_ours(window_preset):
    large, small, doubtful = (0, 0, 6, 6), (1, 1, 3, 3), (2, 2, 4, 4)
    finder = Finder(lambda i: [(small, 0.99), (large, 0.9), (doubtful, 0.65)])

    def boxes(**given):
        options = Options.of_rules("emo-affectnet", **given)
        running = Running(window_preset, options, 25.0)
        found = running.rows((frame(i) for i in range(12)), finder)
        return {row.box for row in found}

    assert boxes() == {large}  # the last one over 0.7
    assert boxes(min_score=0.5) == {doubtful}
    assert boxes(faces="largest") == {large}
    assert boxes(faces="best") == {small}


def test_pictures_are_let_go(window_preset):
    alive = []

    class Picture(np.ndarray):
        def __del__(self):
            alive.remove(id(self.base))

    def observed():
        for i in range(200):
            base = frame(i).image
            alive.append(id(base))
            image = base.view(Picture)
            assert len(alive) < 10
            yield Frame(i, i / 25, image), [face()]
            del image

    assert len(rows(window_preset, observed(), rate_hz=5)) == 200


def list_threads():
    return [t for t in threading.enumerate() if t.name == "emoaff-ahead"]


def test_items_come_in_order_and_the_thread_ends():
    assert list(run_ahead(range(1000), 3)) == list(range(1000))
    assert list(run_ahead([], 3)) == []
    assert not list_threads()


def test_an_error_comes_after_the_items_before_it():
    def items():
        yield 1
        yield 2
        raise ValueError("the third")

    ahead = run_ahead(items())
    assert [next(ahead), next(ahead)] == [1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(ahead)
    assert not list_threads()


@pytest.mark.parametrize(
    ("most", "size", "allowed"), [(5, 0, 5), (100, 10_000_000, 3)]
)
def test_no_more_items_wait_than_are_allowed(most, size, allowed):
    made = []

    def items():
        for i in range(50):
            made.append(i)
            yield i

    ahead = run_ahead(items(), most, lambda item: size)
    for i, taken in enumerate(ahead):
        threading.Event().wait(0.002)
        # One more is in the thread's hands.
        assert len(made) <= i + 1 + allowed + 1
        assert taken == i


def test_closing_ends_the_thread_and_what_it_reads():
    closed = []

    def items():
        try:
            yield from itertools.count()
        finally:
            closed.append(threading.current_thread().name)

    ahead = run_ahead(run_ahead(items(), 2), 2)
    assert next(ahead) == 0
    ahead.close()
    assert closed == ["emoaff-ahead"]
    assert not list_threads()


def test_both_engines_find_the_same_boxes_and_labels_in_a_clip():
    keras, litert = (
        list(emoaff.predict_video(CLIP, engine=name))
        for name in ("keras", "litert")
    )
    assert len(keras) == len(litert) > 40
    for ours, theirs in zip(litert, keras, strict=True):
        assert (ours.frame, ours.person) == (theirs.frame, theirs.person)
        assert ours.doubt == theirs.doubt
        if theirs.person is None:
            continue
        np.testing.assert_allclose(ours.box, theirs.box, atol=0.01)
        for name in ("probabilities", "smoothed"):
            found, wanted = getattr(ours, name), getattr(theirs, name)
            assert (found is None) == (wanted is None)
            if wanted is not None:
                assert found.argmax() == wanted.argmax()
                np.testing.assert_allclose(found, wanted, atol=0.05)


def test_a_timeline_that_is_left_early_can_be_read_again():
    timeline = emoaff.predict_video(CLIP)
    for row in timeline:
        if row.frame == 3:
            break
    assert [row.frame for row in timeline][:2] == [0, 1]
    assert not list_threads()


@pytest.mark.parametrize("rule", ["mode", "sum"])
def test_it_gives_the_label_of_all_answers_at_once(rule):
    rng = np.random.default_rng(0)
    for count in (1, 2, 3, 10, 50):
        said = rng.dirichlet(np.ones(7), count)
        said[rng.random(count) < 0.2, 3] = np.nan
        tally = Tally()
        for row in said:
            tally.add(row)
        assert tally.label(rule) == vote_video_label(said, rule)


def test_of_equals_the_smallest_class_wins():
    tally = Tally()
    for best in (2, 1, 1, 2):
        tally.add(np.eye(3)[best])
    assert tally.label("mode") == tally.label("sum") == 1


def test_no_answer_is_no_class():
    assert Tally().label() == -1
