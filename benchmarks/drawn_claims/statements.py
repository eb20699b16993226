"""What measured figures allow to say, and how a page shows it."""

import pathlib

import matplotlib
import numpy as np
from scipy import stats

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

_NOTHING = 0.0005  # of a score; shown as 0.000
DOCS = pathlib.Path(__file__).parents[2] / "docs"


def state_interval(differences):
    """Mean and 95 % t interval of paired differences, as text."""
    x = np.asarray(differences, float)
    if len(x) < 2:
        return f"{x.mean():+.3f} (one seed)"
    low, high = stats.t.interval(
        0.95, len(x) - 1, loc=x.mean(), scale=max(stats.sem(x), 1e-12)
    )
    return f"{x.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def state_verdict(differences):
    """Whether the interval of the differences leaves 0 out, in words."""
    x = np.asarray(differences, float)
    if len(x) < 2 or np.ptp(x) == 0:
        return "cannot be told from one seed"
    low, high = stats.t.interval(0.95, len(x) - 1, x.mean(), stats.sem(x))
    if max(-low, high) < _NOTHING:
        return "makes no difference here"
    if low > 0:
        return "holds here"
    return "the opposite holds here" if high < 0 else "not shown here"


def describe_longer(measure, longer, spread):
    """Whether twice as many epochs give more, as a paragraph.

    Args:
        measure: What is compared.
        longer: For each kind, its figure with the first seed, and that with
            twice as many epochs.
        spread: For each kind, its figures of all seeds.
    """
    # Of the difference of two trainings.
    deviation = 2**0.5 * np.mean([np.std(x, ddof=1) for x in spread.values()])
    shown = "; ".join(
        f"{kind} {once:.3f}, then {twice:.3f}"
        for kind, (once, twice) in longer.items()
    )
    gains = [twice - once for once, twice in longer.values()]
    reached = (
        "so that all of them were at their plateau"
        if max(gains) <= deviation
        else "so that not all of them were at their plateau"
    )
    return (
        f"Twice as many epochs, first seed, {measure}: {shown}. Two trainings "
        "that differ by their seed alone are "
        f"{deviation:.3f} apart (standard deviation), {reached}."
    )


def write_table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def save_figure(figure, name):
    """Writes a figure to where the page looks for it."""
    folder = DOCS / "claims"
    folder.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(folder / name, dpi=80)
    pyplot.close(figure)
