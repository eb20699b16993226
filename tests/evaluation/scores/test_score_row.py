from emoaff.evaluation.scores import ScoreRow


def test_what_was_left_out_is_said_once_each():
    assert ScoreRow("uar", "", 0.5).notes() == ()
    row = ScoreRow("ccc", "mean", 0.5, left_out=2, undefined_draws=3)
    assert row.notes() == (
        "ccc mean: 2 recordings without a defined score left out",
        "ccc mean: 3 undefined draws left out of the interval",
    )


def test_notes_name_the_part_first():
    row = ScoreRow("uar", "", 0.5, undefined_draws=1, part="anna")
    (note,) = row.notes()
    assert note.startswith("anna uar: 1 undefined")
