"""The class orders that `emoaff.labels` serves, and what equals what."""

# One word per meaning, to compare classes of different spaces by. Words that
# are not here stand for themselves.
SYNONYMS = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "scared": "fear",
    "surprised": "surprise",
}

# A remainder class means "none of this corpus's others", so it never equals
# the remainder of another corpus.
REMAINDERS = frozenset({"other"})

_NO_INDICES = "the corpus has codes, not indices, and the order is ours: "

# Name, classes in output order, whether several may hold at once, and where
# the order is from.
SPACES = (
    (
        "affectnet_8",
        "neutral happiness sadness surprise fear disgust anger contempt",
        False,
        "AffectNet lists, expression codes 0 to 7",
    ),
    (
        "affectnet_7",
        "neutral happiness sadness surprise fear disgust anger",
        False,
        "AffectNet lists, expression codes 0 to 6 (no contempt)",
    ),
    (
        "emo_affectnet",
        "neutral happiness sadness surprise fear disgust anger",
        False,
        "EMO-AffectNetModel (Ryumina et al., 2022), output order",
    ),
    (
        "ferplus",
        "neutral happiness surprise sadness anger disgust fear contempt",
        False,
        "FER+ fer2013new.csv, vote columns (without unknown and NF)",
    ),
    (
        "fer2013",
        "angry disgust fear happy sad surprise neutral",
        False,
        "fer2013.csv, column emotion, 0 to 6",
    ),
    (
        "aff_wild2_7",
        "neutral anger disgust fear happiness sadness surprise",
        False,
        "ABAW 1 and 2, header of the EXPR annotation files",
    ),
    (
        "aff_wild2_8",
        "neutral anger disgust fear happiness sadness surprise other",
        False,
        "ABAW 3 and later, header of the EXPR annotation files",
    ),
    (
        "realeyes",
        "neutral happy surprise disgust contempt confusion empathy other",
        True,
        "arXiv 2111.02717, its 8 labels; the authors' own output order "
        "is not published, so the order is ours",
    ),
    (
        "ravdess",
        "neutral calm happy sad angry fearful disgust surprised",
        False,
        "RAVDESS file names, third field, 01 to 08, less one",
    ),
    (
        "crema_d",
        "anger disgust fear happy neutral sad",
        False,
        _NO_INDICES + "ANG DIS FEA HAP NEU SAD",
    ),
    (
        "savee",
        "anger disgust fear happiness neutral sadness surprise",
        False,
        _NO_INDICES + "a d f h n sa su",
    ),
    (
        "ramas",
        "angry sad disgusted happy scared surprised neutral",
        True,
        "RAMAS Annotations_by_files, the 7 columns after Time",
    ),
    (
        "iemocap",
        "anger happiness sadness neutral frustration excitement fear surprise "
        "disgust other",
        False,
        _NO_INDICES + "ang hap sad neu fru exc fea sur dis oth",
    ),
    (
        "ck_plus",
        "neutral anger contempt disgust fear happy sadness surprise",
        False,
        "CK+ *_emotion.txt files, 0 to 7",
    ),
    (
        "jaffe",
        "anger disgust fear happiness neutral sadness surprise",
        False,
        _NO_INDICES + "AN DI FE HA NE SA SU",
    ),
    (
        "dfew",
        "happy sad neutral angry surprise disgust fear",
        False,
        "DFEW split lists, labels 1 to 7, less one",
    ),
)
