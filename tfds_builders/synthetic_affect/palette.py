"""The colours in which the moving parts of one face are drawn."""

import dataclasses

import numpy as np

from tfds_builders.synthetic_affect.identity import Identity

Colour = tuple[float, float, float]


@dataclasses.dataclass(frozen=True)
class Palette:
    """RGB colours, 0-255, of one person under one light.

    Args:
        lip: Lower lip.
        upper_lip: Upper lip, which lies in its own shadow.
        lip_line: Between closed lips.
        brow: Eyebrows.
        lash: Upper lid's edge.
        iris: Inside of the iris.
        iris_edge: Its edge.
        pupil: Middle of the eye.
        white: White of the eye.
        lid_shadow: White of the eye under the upper lid.
        glint: Light that the eye mirrors.
        tooth: Teeth.
        mouth: Inside of the mouth.
        tongue: Tongue.
        nostril: Inside of the nose.
        frame: Frame of glasses.
    """

    lip: Colour
    upper_lip: Colour
    lip_line: Colour
    brow: Colour
    lash: Colour
    iris: Colour
    iris_edge: Colour
    pupil: Colour
    white: Colour
    lid_shadow: Colour
    glint: Colour
    tooth: Colour
    mouth: Colour
    tongue: Colour
    nostril: Colour
    frame: Colour


def mix_palette(identity: Identity, ambient: float) -> Palette:
    """Returns the colours of a person.

    Args:
        identity: Who.
        ambient: Share of the light that comes from everywhere, `[0, 1]`.
    """
    dim = 0.9 + 0.1 * ambient
    skin = np.array(identity.skin) * dim
    hair, iris = np.array(identity.hair), np.array(identity.iris)
    rosy = skin * (0.92, 0.62, 0.62)
    red = np.array((168, 62, 64)) * dim
    lip = rosy + (red - rosy) * identity.lip_redness
    white = np.array((236, 233, 230)) * dim
    mixed = {
        "lip": lip,
        "upper_lip": 0.86 * lip,
        "lip_line": 0.45 * lip,
        "brow": 0.75 * hair + 0.05 * skin,
        "lash": np.minimum(0.4 * hair, 50),
        "iris": 0.9 * iris,
        "iris_edge": 0.55 * iris,
        "pupil": (14, 12, 12),
        "white": white,
        "lid_shadow": 0.6 * white,
        "glint": (255, 255, 255),
        "tooth": np.array((240, 236, 226)) * dim,
        "mouth": (70, 22, 26),
        "tongue": np.array((178, 84, 88)) * dim,
        "nostril": 0.38 * skin,
        "frame": (40, 36, 36),
    }
    # OpenCV wants plain floats.
    return Palette(
        **{name: tuple(map(float, colour)) for name, colour in mixed.items()}
    )
