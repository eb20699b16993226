"""Where the moving lines of a drawn face run, for any actions."""

import numpy as np

from tfds_builders.synthetic_affect.actions import ACTIONS
from tfds_builders.synthetic_affect.identity import Identity

EYE_Y = -0.16
MOUTH_Y = 0.50
_T = np.linspace(-1, 1, 13)
_ARCH = 1 - _T**2


class FaceShape:
    """The outlines of brows, eyes, nose, mouth and wrinkles of one person.

    Each point is moved by the actions in proportion, so the shape is worked
    out once for each action and then only summed up.

    Args:
        identity: Whose face.

    Attributes:
        names: Names of the outlines, such as `"upper_lip"`; what comes in
            pairs ends in `_left` and `_right`, as seen in the picture.
    """

    def __init__(self, identity: Identity):
        self._identity = identity
        rest = self._outlines(np.zeros(len(ACTIONS)))
        self.names = tuple(rest)
        ends = np.cumsum([len(points) for points in rest.values()])
        self._slices = {
            name: slice(end - len(points), end)
            for (name, points), end in zip(rest.items(), ends, strict=True)
        }
        self._rest = np.concatenate(list(rest.values())).ravel()
        self._moves = np.stack(
            [
                np.concatenate(list(self._outlines(unit).values())).ravel()
                - self._rest
                for unit in np.eye(len(ACTIONS))
            ]
        )

    def points(self, actions: np.ndarray) -> np.ndarray:
        """Returns all points, `(points, 2)` x, y, in the face's units."""
        return (self._rest + actions @ self._moves).reshape(-1, 2)

    def outline(self, name: str) -> slice:
        """Returns which of the points belong to one outline."""
        return self._slices[name]

    def _outlines(self, actions):
        pull = dict(zip(ACTIONS, actions, strict=True))
        outlines = {}
        for side, sign in (("left", -1), ("right", 1)):
            for name, points in (
                *self._make_eye(sign, pull).items(),
                *self._make_brow(sign, pull).items(),
                *self._make_nose_side(sign, pull).items(),
            ):
                outlines[f"{name}_{side}"] = points
        outlines |= self._make_mouth(pull)
        outlines |= self._make_forehead(pull)
        return outlines

    def _make_eye(self, sign, pull):
        who = self._identity
        x = sign * who.eye_spacing + who.eye_size * _T
        size = who.eye_size
        # The outer corner lies a little higher.
        tilt = -0.02 * sign * _T
        low = EYE_Y + tilt + size * (0.34 - 0.16 * pull["squint"]) * _ARCH
        opening = 0.86 * (1 + who.rest_lids + pull["lids"])
        opening -= 0.16 * pull["squint"]
        high = low - size * opening * _ARCH**0.75
        crease = high - 0.035 - 0.02 * pull["lids"]
        under = low + 0.055 - 0.02 * pull["squint"]
        centre = [
            sign * who.eye_spacing + 0.045 * pull["gaze_x"],
            EYE_Y - 0.02 + 0.03 * pull["gaze_y"],
        ]
        return {
            "lid": _line(x, high),
            "eye": np.concatenate([_line(x, high), _line(x, low)[::-1]]),
            "crease": _line(x, crease)[1:-1],
            "under_eye": _line(x, under)[2:-2],
            "iris": np.array([centre]),
        }

    def _make_brow(self, sign, pull):
        who = self._identity
        t = np.linspace(0, 1, 9)  # from the inner end to the outer
        inner, outer = (1 - t) ** 1.5, t
        start = who.eye_spacing - 1.1 * who.eye_size
        x = start + 2.35 * who.eye_size * t - 0.05 * pull["frown"] * inner
        y = EYE_Y - who.brow_height - 0.05 * np.sin(np.pi * t**0.8)
        y = y - 0.10 * (who.rest_brow + pull["brow"])
        y = y + inner * (0.11 * pull["frown"] - 0.12 * pull["inner"])
        y = y + outer * (0.06 * pull["inner"] - 0.02 * pull["frown"])
        half = 0.5 * who.brow_thickness * (1 - 0.65 * t**1.5)
        upper, lower = _line(sign * x, y - half), _line(sign * x, y + half)
        return {"brow": np.concatenate([upper, lower[::-1]])}

    def _make_nose_side(self, sign, pull):
        who = self._identity
        bottom = EYE_Y + who.nose_length - 0.035 * pull["wrinkle"]
        width = who.nose_width * (1 + 0.12 * pull["wrinkle"])
        corner = who.mouth_width * (1 + 0.15 * pull["stretch"])
        raised = 0.08 * pull["smile"] + 0.05 * pull["snarl"]
        wing = [
            (0.86 * width, bottom - 0.10),
            (1.0 * width, bottom - 0.03),
            (0.88 * width, bottom + 0.03),
            (0.45 * width, bottom + 0.035),
        ]
        fold = [
            (width + 0.04, bottom - 0.06),
            (width + 0.10, bottom + 0.04 - 0.3 * raised),
            (corner + 0.07 + 0.3 * raised, MOUTH_Y - 0.06 - 0.5 * raised),
            (corner + 0.09 + 0.3 * raised, MOUTH_Y + 0.04 - 0.5 * raised),
        ]
        ridges = [
            (0.015, EYE_Y + 0.05),
            (0.08, EYE_Y + 0.02),
            (0.015, EYE_Y + 0.13),
            (0.10, EYE_Y + 0.09),
        ]
        furrow = [
            (0.05 - 0.015 * pull["frown"], EYE_Y - 0.34),
            (0.04 - 0.015 * pull["frown"], EYE_Y - 0.17),
        ]
        nostril = [(0.42 * width, bottom + 0.012)]
        return {
            name: np.array(points, float) * (sign, 1)
            for name, points in (
                ("wing", wing),
                ("nostril", nostril),
                ("fold", fold),
                ("ridges", ridges),
                ("furrow", furrow),
            )
        }

    def _make_mouth(self, pull):
        who = self._identity
        width = who.mouth_width * (
            1 + 0.34 * pull["stretch"] + 0.14 * pull["smile"]
        )
        side = who.smirk_side
        x = width * _T + 0.04 * side * pull["smirk"]
        corners = -0.14 * (who.rest_smile + pull["smile"]) * _T**2
        # Up at the corner, and a little down before it.
        one_sided = (side * _T > 0) * (_T**2 - 0.25 * _ARCH)
        corners = corners - 0.18 * pull["smirk"] * one_sided
        middle = MOUTH_Y + 0.05 * pull["smile"] + corners
        gap = _ARCH**0.6
        upper = middle - (0.035 * pull["open"] + 0.075 * pull["snarl"]) * gap
        lower = middle + 0.20 * pull["open"] * gap
        full = who.lip_fullness * (1 - 0.7 * pull["press"])
        bow = _ARCH**0.7 * (1 - 0.22 * np.exp(-((_T / 0.18) ** 2)))
        top = upper - 0.75 * full * bow
        bottom = lower + full * _ARCH**0.6
        visible = 0.05 + 0.03 * pull["stretch"] + 0.02 * pull["snarl"]
        teeth = upper + visible * gap
        tongue = lower - 0.05 * pull["open"] * _ARCH
        chin = MOUTH_Y + 0.24 + 0.1 * pull["open"] + 0.04 * _T[3:-3] ** 2
        return {
            "upper_lip": np.concatenate([_line(x, top), _line(x, upper)[::-1]]),
            "lower_lip": np.concatenate(
                [_line(x, lower), _line(x, bottom)[::-1]]
            ),
            "opening": np.concatenate([_line(x, upper), _line(x, lower)[::-1]]),
            "teeth": np.concatenate([_line(x, upper), _line(x, teeth)[::-1]]),
            "tongue": np.concatenate([_line(x, tongue), _line(x, lower)[::-1]]),
            "lip_line": _line(x, (upper + lower) / 2),
            "under_lip": _line(0.6 * x, bottom + 0.045)[2:-2],
            "chin": _line(0.5 * x[3:-3], chin),
        }

    def _make_forehead(self, pull):
        x = 0.42 * _T
        lines = {}
        for number, height in enumerate((0.43, 0.50)):
            y = EYE_Y - height - 0.05 * pull["brow"] + 0.05 * _T**2
            y = y - 0.03 * pull["inner"] * _ARCH
            lines[f"forehead_{number}"] = _line(x, y)
        return lines


def _line(x, y):
    return np.stack(np.broadcast_arrays(x, y), axis=1)
