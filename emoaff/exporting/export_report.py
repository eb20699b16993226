import dataclasses
import pathlib

from emoaff.exporting.verification import Comparison


@dataclasses.dataclass(frozen=True)
class ExportReport:
    """The exported file and how it was verified.

    Args:
        path: The file or folder.
        target: `"savedmodel"`, `"onnx"` or `"litert"`.
        form: One of `emoaff.exporting.graph.FORMS`.
        precision: `"float32"` or one of `PRECISIONS`.
        megabytes: Its size, in millions of bytes.
        seconds: What the export took, without the comparison.
        comparison: With the model in Keras.

    Example:
    >>> report = export("my_preset", "faces.onnx")
    >>> report.form, report.precision, report.path.name
    ('static', 'float32', 'faces.onnx')
    """

    path: pathlib.Path
    target: str
    form: str
    precision: str
    megabytes: float
    seconds: float
    comparison: Comparison

    def __str__(self):
        found = self.comparison
        agreement = ""
        if found.agreement is not None:
            agreement = f", top-1 agreement {found.agreement:.1%}"
        return (
            f"{self.path}: {self.target}, {self.form}, {self.precision}, "
            f"{self.megabytes:.1f} MB, exported in {self.seconds:.1f} s\n"
            f"  over {found.answers} faces against Keras: largest difference "
            f"{found.largest:.1e}, mean {found.mean:.1e}{agreement}; "
            f"{found.milliseconds:.2f} ms a face on one thread"
        )
