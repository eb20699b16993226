"""Compares an exported file with the model that it was made from."""

import dataclasses
import pathlib

import numpy as np

from emoaff.exporting import running
from emoaff.exporting.fresh_process import run_saved_model
from emoaff.exporting.runtimes import open_runtime

# Largest difference of any output; of probabilities and affect dimensions.
TOLERANCES = {"float32": 1e-4, "float16": 1e-2}
_STATIC_FLOAT32 = 1e-5
# With weights of 8 bits the most probable class counts, and where there are
# no classes the mean difference.
AGREEMENT = 0.97
_MEAN = 0.05


@dataclasses.dataclass(frozen=True)
class Comparison:
    """The distance of an exported file from its model.

    Args:
        answers: How many answers were compared.
        largest: Largest difference of any number; of an output with numbers
            beyond 1, as a share of the largest of them.
        mean: Mean difference.
        agreement: Share of answers with the same most probable class; `None`
            for a model without classes.
        milliseconds: Per face, median of several single calls.
    """

    answers: int
    largest: float
    mean: float
    agreement: float | None
    milliseconds: float

    def require(
        self, form: str, precision: str, tolerance: float | None = None
    ) -> None:
        """Raises ValueError if the difference is too large.

        Args:
            form: Of the file.
            precision: Of the file.
            tolerance: Largest difference to allow, whatever the precision;
                `None` for that of the precision.
        """
        limit = tolerance
        if tolerance is None:
            limit = TOLERANCES.get(precision)
            if (form, precision) == ("static", "float32"):
                limit = _STATIC_FLOAT32
        if limit is not None:
            found, wanted = self.largest, f"at most {limit:g} from Keras"
            fine, what = found <= limit, f"{found:.2e}"
        elif self.agreement is not None:
            found, wanted = self.agreement, f"{AGREEMENT:.0%} top-1 agreement"
            fine, what = found >= AGREEMENT, f"{found:.1%}"
        else:
            found, wanted = self.mean, f"a mean difference of at most {_MEAN}"
            fine, what = found <= _MEAN, f"{found:.3f}"
        # A NaN is not fine either.
        if not fine:
            raise ValueError(
                f"Expected the exported file to give {wanted} ({precision}). "
                f"Found {what} over {self.answers} answers, so no file was "
                "left. Choose a finer precision"
                + (
                    ", or calibrate with pictures like those it will see."
                    if precision == "int8"
                    else " or a larger tolerance."
                )
            )


def compare(
    path: pathlib.Path,
    about: dict,
    faces: np.ndarray,
    expected: dict[str, np.ndarray],
    threads: int = 1,
    repeats: int = 20,
) -> Comparison:
    """Runs an exported file with its runtime and compares the answers.

    Args:
        path: The file; a SavedModel runs in a process without emoaff.
        about: Its metadata.
        faces: See `emoaff.exporting.running.run_all`.
        expected: What Keras answers, by output name.
        threads: How many the runtime may use.
        repeats: Calls to take the median time of.

    Returns:
        The comparison. NaN differences where the file answers NaN.

    Raises:
        ValueError: If the runtime cannot load or run the file, or it lacks an
            output.
    """
    if path.is_dir():
        answers, ms = run_saved_model(path, faces, threads, repeats)
    else:
        run = open_runtime(path, threads)
        answers = running.run_all(run, about, faces)
        ms = running.measure_milliseconds(run, about, faces, repeats)
    if sorted(answers) != sorted(expected):
        raise ValueError(
            f"Expected outputs {', '.join(sorted(expected))}. {path} gives "
            f"{', '.join(sorted(answers))}. Export it again."
        )
    differences = np.concatenate(
        [
            _compute_difference(answers[name], x).ravel()
            for name, x in expected.items()
        ]
    )
    each = about["form"] in ("sequence", "streaming")
    return Comparison(
        len(faces) * (faces.shape[1] if each else 1),
        float(differences.max()),
        float(differences.mean()),
        _compute_agreement(about, answers, expected),
        ms,
    )


def _compute_difference(found, expected):
    """Of features and logits, which may be large, in relation to them."""
    scale = max(1.0, float(np.abs(expected).max()))
    return np.abs(np.float64(found) - expected) / scale


def _compute_agreement(about, answers, expected):
    same = [
        (answers[name].argmax(-1) == expected[name].argmax(-1)).ravel()
        for name, output in about["outputs"].items()
        if output["kind"] == "probabilities"
    ]
    return float(np.mean(np.concatenate(same))) if same else None
