"""Small copies of RECOLA in its true layouts, written by tests."""

import itertools

import numpy as np
from scipy.io import wavfile

from tests.faces.video_files import write_numbered
from tests.oracles import ccc_by_definition

NAN = float("nan")
SMALL = "find_faces=false+size=32"
RATERS = "FM1 ;FM2 ;FM3 ;FF1 ;FF2 ;FF3"
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def ratings(seed, rows=7):
    """Six raters who roughly agree, each with a bias; two decimals."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(-0.5, 0.5, rows)
    biases = np.array([-0.1, -0.1, 0.0, 0.0, 0.1, 0.4])
    noise = rng.uniform(-0.05, 0.05, (rows, 6))
    return np.round(truth[:, None] + biases + noise, 2)


def centred_by_hand(values):
    """The gold standard rater by rater in float64: not the route taken."""
    ccc = {
        frozenset(pair): ccc_by_definition(
            values[:, pair[0]], values[:, pair[1]]
        )
        for pair in itertools.combinations(range(6), 2)
    }
    weights = [
        sum(ccc[frozenset((r, o))] for o in range(6) if o != r) / 5
        for r in range(6)
    ]
    means = [sum(values[:, r]) / len(values) for r in range(6)]
    target = sum(w * m for w, m in zip(weights, means, strict=True))
    target /= sum(weights)
    return [
        sum(row[r] - means[r] + target for r in range(6)) / 6 for row in values
    ]


def text(path, content, newline="\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.replace("\n", newline).encode())


def raters_csv(path, values, more="", newline="\n"):
    rows = [
        ";".join([f"{0.04 * n:g}", *(f"{v:g}" for v in row)])
        for n, row in enumerate(values)
    ]
    lines = "\n".join(["time;" + RATERS, *rows])
    text(path, lines + "\n" + more, newline)


def arff(path, values, name, blank="\n", newline="\n", more=""):
    head = (
        "@relation GOLDSTANDARD\n\n@attribute Instance_name string\n"
        "@attribute frameTime numeric\n@attribute GoldStandard numeric\n"
    )
    rows = [f"{name},{0.04 * n:g},{v}" for n, v in enumerate(values)]
    body = "\n".join(rows)
    text(path, f"{head}{blank}@data\n{blank}{body}\n{more}", newline)


def clip(path, count=6, **how):
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_numbered(path, count, **how)


def write_full(root):
    """What the makers hand out, unpacked into folders of folders."""
    home = root / "RECOLA"
    videos = home / "RECOLA-Video-recordings" / "RECOLA-Video-recordings"
    raters = home / "RECOLA-Annotation" / "emotional_behaviour"
    for name in ("P16", "P28", "P17", "P99", "P25", "P45"):
        clip(videos / f"{name}.mp4")
    clip(videos / "p046.AVI", codec="mpeg4")
    clip(home / "mine" / "P16.avi", 4, codec="mpeg4")  # someone's own copy
    clip(home / "mine" / "intro.mp4", 1)
    text(videos / "P30.mp4", POINTER)
    text(videos / "P34.mp4", "")
    text(videos / "._P16.mp4", "x")
    sound = home / "RECOLA-Audio-recordings"
    text(sound / "old" / "P16.wav", "x")
    wavfile.write(sound / "P16.wav", 16_000, np.zeros(16_000, np.int16))
    series = home / "RECOLA-Biosignals-recordings"
    text(series / "P16.csv", "time;EDA;ECG\n0;0.5;1\n0.04;0.75;-1\n")
    text(series / "P99.csv", "time;EDA;ECG\n0;0.5;1\n")
    late = "300.04;1;1;1;1;1;1\n"
    raters_csv(raters / "arousal" / "P16.csv", ratings(0), late, "\r\n")
    raters_csv(raters / "valence" / "P16.csv", ratings(1))
    raters_csv(raters / "arousal" / "P28.csv", ratings(2))
    raters_csv(raters / "valence" / "P28.csv", ratings(3, rows=3))
    raters_csv(raters / "arousal" / "P45.csv", ratings(4))
    text(raters / "valence" / "P45.csv", "time;" + RATERS + "\n")
    for name in ("P99", "P25", "P046", "P64", "P30"):
        raters_csv(raters / "arousal" / f"{name}.csv", ratings(5))
    text(raters / "arousal" / "notes.csv", "x")
    social = home / "RECOLA-Annotation" / "social_behaviour" / "dominance"
    raters_csv(social / "P16.csv", ratings(6))
    given = home / "Ratings_affective_behaviour_CCC_centred"
    text(given / "arousal" / "P16.csv", "0,0.5\n0.04,0.25\n")
    text(given / "valence" / "P16.csv", "time;gold\n0;-0.5\n0.04;-0.25\n")
    return root


def write_avec(root):
    """The package of the challenges."""
    home = root / "AVEC2016"
    for name in ("train_1", "train_2", "dev_1", "test_1", "train_10"):
        clip(home / "recordings_video" / f"{name}.mp4")
    clip(home / "recordings_video" / "Dev_02.avi", codec="mpeg4")
    clip(home / "recordings_video" / "train_3.mp4")
    gold = home / "ratings_gold_standard"
    arff(gold / "arousal" / "train_1.arff", STAIRS, "'train_1'", "\n\n\n")
    arff(gold / "valence" / "train_1.arff", DOWN, "train_1", "", "\r\n")
    arff(gold / "arousal" / "dev_1.arff", ["?", *STAIRS[1:]], "dev_1")
    arff(gold / "valence" / "dev_1.arff", DOWN[:2], "dev_1")
    arff(gold / "arousal" / "DEV_2.arff", STAIRS, "dev_1")  # the template's
    arff(gold / "valence" / "train_2.arff", DOWN, "train_2")
    arff(gold / "valence" / "train_10.arff", DOWN, "train_10")
    arff(gold / "arousal" / "train_all.arff", STAIRS, "train_1")
    arff(gold / "old" / "arousal" / "train_1.arff", DOWN, "train_1")
    single = home / "ratings_individual"
    raters_csv(single / "arousal" / "train_1.csv", ratings(7))
    raters_csv(single / "valence" / "train_1.csv", ratings(8))
    return root


STAIRS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
DOWN = [-0.1, -0.2, -0.3, -0.4, -0.5, -0.6, -0.7]


def at(recording, dimension, frames=6):
    rows = recording.labels.rows(np.arange(frames), np.arange(frames) / 25)
    return rows[dimension]
