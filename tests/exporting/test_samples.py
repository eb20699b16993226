import numpy as np
import pytest

from emoaff.exporting.graph import build_graph
from emoaff.exporting.metadata import describe_file
from emoaff.exporting.samples import make_samples
from emoaff.exporting.sources import read_source
from tests.exporting import small_models


def samples(preset, faces, batch):
    source = read_source(preset)
    graph = build_graph(source, batch=batch)
    return list(
        make_samples(graph, describe_file(source, graph, "int8"), faces)
    )


@pytest.mark.parametrize(("batch", "calls"), [(None, 5), (2, 2)])
def test_pictures_come_in_whole_batches(still, batch, calls):
    faces = small_models.noise(5)
    found = samples(still, faces, batch)
    assert [sorted(each) for each in found] == [["face"]] * calls
    seen = np.concatenate([each["face"] for each in found])
    np.testing.assert_array_equal(seen, faces[: len(seen)])


def test_states_are_those_after_the_faces_before(sequence):
    faces = small_models.noise(2, 3)
    found = samples(sequence, faces, batch=1)
    assert len(found) == 2 * 3
    begins = [not each["lstm_1_h"].any() for each in found]
    assert begins == [True, False, False] * 2
    # The second person's first frame is as if nobody had been before.
    for person in range(2):
        (first, *_) = samples(sequence, faces[person : person + 1], batch=1)
        np.testing.assert_array_equal(first["face"][0], faces[person, 0])
    assert np.any(found[1]["lstm_1_h"] != found[2]["lstm_1_h"])
