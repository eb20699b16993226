"""The work on one file of many, in this process or in another."""

import dataclasses
import os
import pathlib
import sys

import cv2

from emoaff.faces.detect import FaceDetector
from emoaff.prediction.inputs import Input
from emoaff.prediction.inputs import reason
from emoaff.prediction.request import identify_request
from emoaff.prediction.result_folder import ResultFolder
from emoaff.prediction.timeline import Timeline
from emoaff.presets import load_preset
from emoaff.progress import Progress
from emoaff.progress import escape_unprintable


class FileWork:
    """Predicts one file; taken to another process, it loads its own model.

    Args:
        preset: The model.
        options: See `Options`.
        job: Writes a result: `predict(timeline, folder, stem, request)` gives
            its table, its header and lines about it.
        found: All inputs, none of which a result may replace.
        out: Folder of all results.
        overwrite: See `ResultFolder`.
        skip_done: Whether to keep finished results.
        processes: How many share the cores; 1 where others see to that.
    """

    def __init__(
        self,
        preset,
        options,
        job,
        found,
        out,
        overwrite=False,
        skip_done=False,
        processes=1,
    ):
        self._processes = processes
        self._preset, self._options, self._job = preset, options, job
        self._found, self._out, self._overwrite = found, out, overwrite
        self._skip_done = skip_done
        self._detector, self._folders = None, {}

    def __getstate__(self):
        preset = self._preset
        held = {"_preset": None, "_detector": None, "_folders": {}}
        return {
            **vars(self),
            **held,
            "_source": (preset.path, preset.prior, preset.engine),
        }

    def __setstate__(self, state):
        vars(self).update(state)
        Progress.hidden = True  # one process shows that of all
        if self._processes > 1:
            _limit_threads(max((os.cpu_count() or 1) // self._processes, 1))
        path, prior, engine = state["_source"]
        self._preset = dataclasses.replace(
            load_preset(path, engine), prior=prior
        )

    def __call__(self, each: Input) -> dict:
        """Returns the fields of an `Outcome`."""
        name = str(each.path)
        try:
            return {"file": name, **self._predict(each)}
        except (OSError, ValueError) as error:
            text = reason(error, each.path)
        except Exception as error:
            if len(self._found) == 1:
                raise
            text = escape_unprintable(
                f"{name}: expected to get through it. Stopped by an error in "
                f"the program ({type(error).__name__}: {error}). Predict this "
                "file alone with `emoaff --debug predict` to see where."
            )
        return {"file": name, "state": "failed", "error": text}

    def open_folder(self, inner):
        """Opens the folder for results, or one inside it."""
        if not self._folders:
            preset = self._preset
            kept = [each.path for each in self._found]
            kept += [preset.path, *pathlib.Path(preset.path).glob("*")]
            if isinstance(self._options.baseline, str):
                kept.append(self._options.baseline)
            self._folders[""] = ResultFolder(self._out, kept, self._overwrite)
        if inner not in self._folders:
            self._folders[inner] = self._folders[""].open_inner(inner)
        return self._folders[inner]

    def _predict(self, each):
        _require_file(each.path)
        folder = self.open_folder(each.folder)
        request = identify_request(
            each.path, self._preset, self._options, job=self._job.describe()
        )
        if self._skip_done:
            finished = folder.find_finished(each.stem, each.path, request)
            if finished:
                table, header = finished
                return _describe_outcome("kept", each.path, table, header)
        if self._detector is None:
            self._detector = FaceDetector(
                **self._options.list_detector_settings()
            )
        timeline = Timeline(
            each.path, self._preset, self._options, self._detector
        )
        table, header, lines = self._job.predict(
            timeline, folder, each.stem, request
        )
        return {
            **_describe_outcome("done", each.path, table, header),
            "lines": lines,
        }


def _describe_outcome(state, path, table, header):
    error = ""
    if header.get("damaged"):
        what = "; ".join(header["warnings"])
        error = escape_unprintable(
            f"{path}: {what}. What could be read is in {table}."
        )
    return {
        "state": state,
        "table": str(table),
        "people": header["people"],
        "error": error,
    }


def _require_file(path):
    if path.exists() and not path.is_file():
        raise ValueError(
            f"{path}: expected a video or a picture, found a pipe or a device. "
            "Save it to a file first."
        )


def _limit_threads(count):
    """Leaves the other cores to the other processes."""
    cv2.setNumThreads(count)
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None:
        threading = tensorflow.config.threading
        threading.set_intra_op_parallelism_threads(count)
        threading.set_inter_op_parallelism_threads(1)
