"""From the corpus's annotation files to labels in the house form."""

import pathlib

import numpy as np

from emoaff import labels
from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.frame_labels import FrameLabels
from tfds_builders.aff_wild2.aff_wild2_config import AffWild2Config
from tfds_builders.aff_wild2.aff_wild2_config import units
from tfds_builders.aff_wild2.number_lines import numbers
from tfds_builders.aff_wild2.number_lines import read_lines

_AFFECT = ("valence", "arousal")
_LONGEST = 9  # digits of a picture's number
_ROW = ("image", *_AFFECT, "expression")


class Annotations:
    """Reads annotation files of one task.

    Markers of the corpus become no label: -5 in valence or arousal (of both
    then), -1 as a class or an action unit. So does any other value that
    cannot be; those are reported.

    Args:
        root: The user's folder.
        config: Says the task, and the classes or action units to expect.
        report: Is told of files without lines, and of values that cannot be.

    Attributes:
        without_header: Files whose first line is an annotation already.
    """

    def __init__(
        self, root: pathlib.Path, config: AffWild2Config, report: BuildReport
    ):
        self.without_header: list[str] = []
        self._root, self._config, self._report = root, config, report

    def read(self, file: pathlib.PurePosixPath) -> FrameLabels | None:
        """Returns the labels of one recording, None if there is no line.

        The first line after the header belongs to frame 0.

        Args:
            file: Relative to the root.

        Raises:
            ValueError: If the header says something else than the
                configuration, or a line cannot be read.
        """
        header, lines, first = self._lines(file)
        if not lines:
            return None
        task = self._config.task
        columns = {"va": 2, "expr": 1, "au": self._config.action_units}[task]
        values = numbers(lines, columns, str(file), first)
        order = getattr(self, f"_order_{task}")(header, file)
        if task == "va":
            rows = self._affect(values[:, order], file, first)
        elif task == "expr":
            classes = self._classes(values[:, 0], len(order), file, first)
            rows = {"expression": np.array([*order, -1])[classes]}
        else:
            found = self._parse_units(values[:, order], file, first)
            rows = {"action_units": found}
        return FrameLabels(rows, frames=np.arange(len(lines)))

    def read_list(self, file: pathlib.PurePosixPath) -> dict[str, FrameLabels]:
        """Returns the labels of all recordings of a multi-task list.

        Args:
            file: Relative to the root.

        Raises:
            ValueError: If it is no such list, or a line cannot be read.
        """
        header, lines, first = self._lines(file)
        if header and tuple(map(str.lower, header[:4])) != _ROW:
            raise ValueError(
                f"Expected the columns {', '.join(_ROW)}, aus in {file}. "
                f"Found: {', '.join(header[:6])}. Take the list of the "
                "corpus."
            )
        images, cells = [], []
        for line in lines:
            image, _, rest = line.partition(",")
            images.append(image)
            cells.append(rest)
        order = units(self._config.action_units)
        values = numbers(cells, 3 + len(order), str(file), first)
        classes = len(labels.get(self._config.label_space).classes)
        rows = {
            **self._affect(values[:, :2], file, first),
            "expression": self._classes(values[:, 2], classes, file, first),
            "action_units": self._parse_units(values[:, 3:], file, first),
        }
        return {
            name: FrameLabels(
                {key: rows[key][places] for key in rows}, frames=frames
            )
            for name, (frames, places) in self._places(
                images, file, first
            ).items()
        }

    def _lines(self, file):
        header, lines, first = read_lines(self._root / file)
        if not lines:
            self._report.leave_out("annotations without a line", str(file))
        elif not header:
            self.without_header.append(str(file))
        return header, lines, first

    def _places(self, images, file, first):
        """For each recording its frames, rising, and their lines."""
        found: dict[str, dict[int, int]] = {}
        for line, image in enumerate(images):
            path = pathlib.PurePosixPath(image.strip().replace("\\", "/"))
            number = path.stem
            sound = number.isdecimal() and len(number) <= _LONGEST
            sound = sound and int(number) > 0
            if len(path.parts) < 2 or not sound:
                raise ValueError(
                    f"{file}, row {first + line}: expected a picture such as "
                    f"video1/00001.jpg. Received: {image!r}. Take the file "
                    "from the corpus again."
                )
            frames = found.setdefault(path.parts[-2], {})
            if frames.setdefault(int(number) - 1, line) != line:
                self._report.leave_out("line repeated in a list", str(path))
        return {
            name: tuple(np.array(sorted(frames.items())).T)
            for name, frames in found.items()
        }

    def _order_va(self, header, file):
        names = [name.lower() for name in header] or [*_AFFECT]
        if sorted(names) != sorted(_AFFECT):
            self._refuse(file, _AFFECT, header, "Take the file of the corpus.")
        return [names.index(name) for name in _AFFECT]

    def _order_expr(self, header, file):
        """The index of each of the file's classes in the label space."""
        space = labels.get(self._config.label_space)
        names = [name.lower() for name in header] or [*space.classes]
        if sorted(names) != sorted(space.classes):
            other = 15 - len(space)  # 7 and 8
            known = labels.get(f"aff_wild2_{other}").classes
            fits = sorted(names) == sorted(known)
            hint = f"Ask for aff_wild2/expr+classes={other}."
            self._refuse(file, space.classes, header, hint if fits else "")
        return [space.index(name) for name in names]

    def _order_au(self, header, file):
        """The file's column of each action unit."""
        wanted = self._config.units
        names = [name.upper() for name in header] or [*wanted]
        if sorted(names) != sorted(wanted):
            other = 20 - len(wanted)  # 8 and 12
            fits = sorted(names) == sorted(units(other))
            hint = f"Ask for aff_wild2/au+action_units={other}."
            self._refuse(file, wanted, header, hint if fits else "")
        return [names.index(name) for name in wanted]

    def _refuse(self, file, wanted, header, hint):
        raise ValueError(
            f"Expected the header of {file} to name {', '.join(wanted)}. "
            f"Found: {', '.join(header)}. "
            f"{hint or 'Take the file from the corpus again.'}"
        )

    def _affect(self, values, file, first):
        marked = (values == -5).any(axis=1)
        sound = (np.abs(values) <= 1).all(axis=1)
        self._tell(~marked & ~sound, file, first)
        clean = np.where(sound[:, None], values, np.nan)
        return {"valence": clean[:, 0], "arousal": clean[:, 1]}

    def _classes(self, values, count, file, first):
        sound = np.isin(values, np.arange(count))
        self._tell((values != -1) & ~sound, file, first)
        return np.where(sound, values, -1).astype(np.int64)

    def _parse_units(self, values, file, first):
        sound = np.isin(values, (0, 1))
        self._tell(((values != -1) & ~sound).any(axis=1), file, first)
        return np.where(sound, values, -1).astype(np.int64)

    def _tell(self, wrong, file, first):
        for row in np.flatnonzero(wrong):
            self._report.leave_out(
                "labels with a value that cannot be",
                f"{file}, row {first + row}",
            )
