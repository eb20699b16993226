"""Facts that EMO-AffectNet's authors state about their weights.

What is public here:

    LICENCE, STATIC, TEMPORAL, TEMPORAL_NOTES
    published_static(name), static_notes(name, size)
    published_temporal(name)
"""

LICENCE = (
    "The authors' repository is MIT; its README offers the models for "
    "scientific use only. They were trained on VGGFace2 and AffectNet (and, "
    "for the LSTMs, on five more corpora), whose own terms are for research. "
    "Ask the authors before any other use."
)
_LIMITS = (
    "Nothing was measured here. The system cuts the detector's box as it is "
    "and stretches it to a square; other crops may cost accuracy. Seven "
    "classes: contempt is not among them."
)
STATIC = {
    "summary": (
        "EMO-AffectNet's image model (Ryumina, Dresvyanskiy, Karpov, "
        "Neurocomputing 514, 2022): VGGFace2's ResNet-50, 512 features, seven "
        "expressions. Weights by the authors, layout by emoaff."
    ),
    "data": "AffectNet, begun from weights trained on VGGFace2.",
    "training": (
        "By the authors, whose training code is not published: Gaussian noise "
        "0.1, dropout 0.5 and an L2 penalty of 1e-4 on the features."
    ),
    "limits": _LIMITS,
}
TEMPORAL = {
    "summary": (
        "EMO-AffectNet's temporal model (Ryumina, Dresvyanskiy, Karpov, "
        "Neurocomputing 514, 2022): two LSTMs over ten faces at five a second. "
        "Weights by the authors, layout by emoaff."
    ),
    "data": (
        "Five of Aff-Wild2, RAVDESS, CREMA-D, SAVEE, RAMAS and IEMOCAP: all "
        "but the one that the file is named after."
    ),
    "training": (
        "By the authors, whose training code is not published: on features of "
        "the image model, dropout 0.2, an L2 penalty of 1e-3."
    ),
    "limits": _LIMITS,
}
TEMPORAL_NOTES = [
    "Which image model this LSTM was trained with is not written down. The "
    "LSTMs were published with the one of 66.37 %, two years before the one of "
    "66.49 %, so the former is likely."
]
_UNKNOWN = (
    "The authors publish 66.37 % and 66.49 % on AffectNet's validation set of "
    "3,500 pictures for their two image models; the file's name does not say "
    "which this is."
)
# Stem of the file: recall of neutral, happiness, sadness, surprise, fear,
# disgust, anger, in hits of 500, and hits of 3,500 in all.
_RECALLS = {
    "66_37": ((0.680, 0.880, 0.642, 0.632, 0.600, 0.620, 0.592), 2323),
    "66_49": ((0.694, 0.886, 0.634, 0.632, 0.596, 0.598, 0.614), 2327),
}
_HELD_OUT = {
    "Aff-Wild2": 51.6,
    "RAVDESS": 65.8,
    "CREMA-D": 60.6,
    "SAVEE": 76.1,
    "RAMAS": 44.3,
    "IEMOCAP": 25.1,
}
_CLASSES = "neutral happiness sadness surprise fear disgust anger".split()


def published_static(name: str) -> list[str]:
    """Returns what the authors measured with an image model.

    Args:
        name: The file's.
    """
    for stem, (recalls, hits) in _RECALLS.items():
        if stem in name:
            each = ", ".join(
                f"{c} {r:.3f}" for c, r in zip(_CLASSES, recalls, strict=True)
            )
            return [
                f"AffectNet, validation set of 3,500 pictures, resized with "
                f"the nearest-neighbour filter: accuracy {hits / 3500:.4f} "
                f"({hits} right) with the Keras file, and one more right with "
                f"PyTorch's. Recall with Keras's: {each}."
            ]
    return [_UNKNOWN]


def static_notes(name: str, size: int) -> list[str]:
    """Returns what the user should know of a converted image model."""
    notes = []
    if published_static(name) == [_UNKNOWN]:
        notes.append(
            "The file's name does not say which of the two published image "
            "models it is."
        )
    if size != 224:
        notes.append(
            f"The pictures are {size} x {size} in place of 224 x 224, as the "
            "weights were trained; expect other answers."
        )
    return notes


def published_temporal(name: str) -> list[str]:
    """Returns what the authors measured with an LSTM.

    Args:
        name: The file's, which has the corpus that was held out.
    """
    for corpus, recall in _HELD_OUT.items():
        if _keep_letters(corpus) in _keep_letters(name):
            return [
                f"{corpus}, held out of training: unweighted average recall "
                f"{recall:.1f} %."
            ]
    rest = ", ".join(f"{c} {r:.1f} %" for c, r in _HELD_OUT.items())
    return [
        "Unweighted average recall on the corpus held out of training: "
        f"{rest}. The file's name does not say which corpus that was."
    ]


def _keep_letters(text):
    return "".join(c for c in text.lower() if c.isalnum())
