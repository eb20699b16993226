from emoaff.corpora.segments import Segments


def test_a_recording_is_cut_into_runs_of_64_frames():
    frames = [{"image": b"x" * i, "index": i} for i in range(130)]
    segments = Segments()
    examples = [e for _, e in segments.cut("clip", "anna", frames)]
    assert segments.count == len(examples) == 3
    assert [len(e["frames"]) for e in examples] == [64, 64, 2]
    assert [e["segment"] for e in examples] == [0, 1, 2]
    assert {(e["recording"], e["subject"]) for e in examples} == {
        ("clip", "anna")
    }
    last = examples[2]["frames"][-1]
    assert last["index"] == 129
    assert last["image"].read() == b"x" * 129


def test_a_recording_without_frames_has_no_example():
    assert list(Segments().cut("clip", "", [])) == []
