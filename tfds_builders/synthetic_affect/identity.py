"""Who is drawn: everything about a face that no expression changes."""

import dataclasses

import numpy as np

_SKINS = (
    (252, 222, 200),
    (243, 205, 178),
    (232, 186, 152),
    (216, 164, 126),
    (190, 134, 96),
    (152, 102, 70),
    (118, 76, 52),
    (88, 56, 40),
)
_HAIRS = (
    (24, 20, 20),
    (48, 34, 26),
    (84, 54, 34),
    (128, 84, 48),
    (186, 146, 84),
    (148, 64, 34),
    (150, 146, 142),
    (222, 218, 210),
)
_IRISES = ((66, 42, 26), (96, 64, 36), (74, 98, 66), (70, 104, 138))
_CLOTHES = (
    (52, 60, 84),
    (120, 44, 48),
    (58, 92, 70),
    (196, 190, 180),
    (40, 40, 44),
    (176, 132, 62),
    (108, 84, 130),
    (84, 130, 160),
)
HAIR_STYLES = (
    "bald",
    "short",
    "short",
    "parted",
    "long",
    "long",
    "curly",
    "bun",
    "scarf",
    "beanie",
)


@dataclasses.dataclass(frozen=True)
class Identity:
    """A face at rest. Lengths are in units of half the face's height.

    Args:
        skin: RGB, 0-255.
        hair: RGB, 0-255.
        hair_style: One of `HAIR_STYLES`.
        cloth: RGB of the clothes and of a scarf or beanie, 0-255.
        iris: RGB, 0-255.
        width: Half the face's width at the eyes.
        jaw: How square the jaw is, `[0, 1]`.
        eye_spacing: Half the distance between the eyes' centres.
        eye_size: Half the width of an eye.
        brow_thickness: Height of an eyebrow.
        brow_height: From the eye's centre up to the brow.
        nose_width: Half the width of the nose's wings.
        nose_length: From the eyes down to the nose's tip.
        mouth_width: Half the width of the mouth.
        lip_fullness: Height of the lower lip.
        lip_redness: Share of red in the lips, `[0, 1]`.
        beard: How dense, `[0, 1]`; 0 is shaved.
        moustache: The same for the upper lip.
        glasses: Whether there are glasses.
        freckles: How strong the skin's spots are, `[0, 1]`.
        rest_smile: Where the mouth's corners are when nothing is felt.
        rest_brow: The same for the eyebrows.
        rest_lids: The same for the openness of the eyes.
        expressiveness: How much of a feeling shows, around 1.
        smirk_side: 1 or -1, the side of a one-sided smile.
        texture_seed: Seed of hair strands and skin spots.
    """

    skin: tuple[int, int, int]
    hair: tuple[int, int, int]
    hair_style: str
    cloth: tuple[int, int, int]
    iris: tuple[int, int, int]
    width: float
    jaw: float
    eye_spacing: float
    eye_size: float
    brow_thickness: float
    brow_height: float
    nose_width: float
    nose_length: float
    mouth_width: float
    lip_fullness: float
    lip_redness: float
    beard: float
    moustache: float
    glasses: bool
    freckles: float
    rest_smile: float
    rest_brow: float
    rest_lids: float
    expressiveness: float
    smirk_side: int
    texture_seed: int


def draw_identity(rng: np.random.Generator) -> Identity:
    """Draws a person by chance.

    Args:
        rng: Source of chance; the same state gives the same person.

    Returns:
        The person.
    """
    skin = _between(rng, _SKINS)
    hair = _tint(
        rng, _HAIRS[rng.choice(len(_HAIRS), p=_compute_hair_chances(skin))]
    )
    style = HAIR_STYLES[rng.integers(len(HAIR_STYLES))]
    may_have_beard = style not in ("long", "bun", "scarf")
    bearded = may_have_beard and rng.random() < 0.35
    moustached = may_have_beard and rng.random() < (0.8 if bearded else 0.1)
    return Identity(
        skin=skin,
        hair=hair,
        hair_style=style,
        cloth=_tint(rng, _CLOTHES[rng.integers(len(_CLOTHES))]),
        iris=_tint(rng, _IRISES[rng.choice(4, p=_compute_iris_chances(skin))]),
        width=rng.uniform(0.70, 0.82),
        jaw=rng.uniform(0, 1),
        eye_spacing=rng.uniform(0.31, 0.37),
        eye_size=rng.uniform(0.145, 0.18),
        brow_thickness=rng.uniform(0.045, 0.09),
        brow_height=rng.uniform(0.22, 0.27),
        nose_width=rng.uniform(0.13, 0.19),
        nose_length=rng.uniform(0.40, 0.50),
        mouth_width=rng.uniform(0.25, 0.32),
        lip_fullness=rng.uniform(0.06, 0.11),
        lip_redness=rng.uniform(0.15, 0.6),
        beard=rng.uniform(0.4, 1) if bearded else 0.0,
        moustache=rng.uniform(0.4, 1) if moustached else 0.0,
        glasses=bool(rng.random() < 0.18),
        freckles=rng.uniform(0, 1),
        rest_smile=rng.normal(0, 0.08),
        rest_brow=rng.normal(0, 0.1),
        rest_lids=rng.normal(0, 0.08),
        expressiveness=rng.uniform(0.85, 1.15),
        smirk_side=int(rng.choice((-1, 1))),
        texture_seed=int(rng.integers(2**31)),
    )


def _between(rng, colours):
    """A colour on the way along a list of colours, with a small tint."""
    place = rng.uniform(0, len(colours) - 1)
    low = int(place)
    high = min(low + 1, len(colours) - 1)
    mixed = np.array(colours[low]) * (1 - place + low)
    mixed += np.array(colours[high]) * (place - low)
    return _tint(rng, mixed, 4)


def _tint(rng, colour, spread=8):
    tinted = np.array(colour) + rng.normal(0, spread)
    tinted = tinted + rng.normal(0, 0.3 * spread, 3)
    return tuple(int(value) for value in np.clip(tinted, 0, 255))


def _compute_hair_chances(skin):
    """Dark skins rarely come with fair or red hair."""
    fair = np.clip((sum(skin) / 3 - 110) / 80, 0.0, 1.0)
    chances = np.array([3, 3, 1, fair, fair, fair / 2, 0.6, 0.5])
    return chances / chances.sum()


def _compute_iris_chances(skin):
    fair = np.clip((sum(skin) / 3 - 130) / 60, 0.0, 1.0)
    chances = np.array([3, 2, fair, 1.5 * fair])
    return chances / chances.sum()
