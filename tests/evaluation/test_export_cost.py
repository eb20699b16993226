import types

import pytest

from emoaff.evaluation import export_cost


class Model:
    """A preset whose scores are what its name says, less after a prior."""

    def __init__(self, name, prior=None):
        self.name, self.prior = name, prior

    def with_prior(self, prior):
        return Model(self.name, prior)


def score(preset, dataset, split, data_dir, bootstrap):
    assert (dataset, split, data_dir) == ("small", "test", "data")
    assert bootstrap.draws == 0
    accuracy = 0.75 if preset.name == "before" else 0.5
    accuracy -= 0.25 if preset.prior == "uniform" else 0
    rows = [
        ("accuracy", "", accuracy, ""),
        ("accuracy", "", 0.1, "anna"),
        ("log_loss", "", 3.0, ""),
        ("ccc", "valence", 0.25, ""),
    ]
    names = ("measure", "of", "value", "part")
    table = {"rows": [dict(zip(names, row, strict=True)) for row in rows]}
    return types.SimpleNamespace(
        table=types.SimpleNamespace(to_dict=lambda: table)
    )


@pytest.mark.parametrize(
    ("prior", "line"),
    [
        (None, "0.5000, before the export 0.7500 (-0.2500)"),
        ("uniform", "0.5000, before the export 0.5000 (+0.0000)"),
    ],
)
def test_a_line_for_each_measure_of_the_whole_set(monkeypatch, prior, line):
    monkeypatch.setattr(export_cost.presets, "load_preset", Model)
    monkeypatch.setattr(export_cost, "evaluate", score)
    lines = list(
        export_cost.score_before_and_after(
            "before", "after", "small", "test", "data", prior
        )
    )
    assert lines == [
        f"  accuracy on small test: {line}",
        "  ccc valence on small test: 0.2500, before the export 0.2500 "
        "(+0.0000)",
    ]
