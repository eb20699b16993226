from emoaff.prediction.person_section import write_person
from emoaff.prediction.result import Result
from tests.prediction.results import row
from tests.prediction.results import write_result


def write_section(folder, rows, pictures=None, **header):
    result = Result.read(write_result(folder, rows, **header))
    (person,) = result.persons
    events = person.find_events()
    return write_person(result, person, events, pictures or {})


def test_a_person_has_times_doubts_and_events(tmp_path):
    rows = [row(n) for n in range(8)]
    rows += [row(n, doubt="blurred") for n in range(8, 10)]
    said = write_section(tmp_path, rows)
    assert "Seen from 0:00.0 to 0:01.0, in 10 frames; in doubt in 20 %" in said
    assert "1 expression held" in said
    assert 'data-at="0.000" data-to="0.800">0:00.0 to 0:00.8</button>' in said
    assert "<td>0.8 s</td><td>0.90</td>" in said
    assert "<img" not in said


def test_pictures_stand_beside_the_person_and_the_event(tmp_path):
    rows = [row(n) for n in range(8)]
    pictures = {(1, "portrait"): "data:a", (1, 0.0): "data:b"}
    said = write_section(tmp_path, rows, pictures)
    assert said.index('src="data:a"') < said.index('src="data:b"')


def test_a_still_has_no_timeline(tmp_path):
    media = {"kind": "picture", "width": 64, "height": 48}
    said = write_section(tmp_path, [row(0, doubt="small")], media=media)
    assert "No expression is named: small." in said
    assert 'class="chart"' not in said


def test_a_still_has_probabilities_and_no_share_of_its_one_frame(tmp_path):
    media = {"kind": "picture", "width": 64, "height": 48}
    said = write_section(tmp_path, [row(0, strength=0.62)], media=media)
    # Of three classes the others have (1 - .62) / 2 each.
    assert (
        "Probability of each expression: happiness 62 %, neutral 19 %, anger "
        "19 %" in said
    )
    assert "100 %" not in said


def test_shares_of_a_video_are_of_its_frames(tmp_path):
    rows = [row(n, strength=0.62) for n in range(4)]
    said = write_section(tmp_path, rows)
    assert "happiness 100 % of the frames" in said


def test_doubt_and_wavering_add_up_to_what_is_not_named(tmp_path):
    rows = [row(n) for n in range(6)] + [row(6, doubt="blurred")]
    rows += [row(n).changed(smoothed=None) for n in range(7, 10)]
    said = write_section(tmp_path, rows)
    assert "in doubt in 10 % of them; wavering in 30 %." in said
    assert "none named 40 %" in said
