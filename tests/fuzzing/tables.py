"""Sound files of labels and results in small, and what reads them."""

import json
import pathlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.prediction import tables
from emoaff.prediction.row import Row
from tests.fuzzing import samples
from tests.fuzzing.mutations import mutate_bytes
from tests.fuzzing.mutations import mutate_cells
from tests.fuzzing.mutations import mutate_json
from tests.fuzzing.target import Target
from tfds_builders.afew_va.annotation import read_annotation
from tfds_builders.aff_wild import label_file as aff_wild_labels
from tfds_builders.aff_wild.point_files import read_box
from tfds_builders.aff_wild2.aff_wild2_config import AffWild2Config
from tfds_builders.aff_wild2.annotation_folders import read_test_list
from tfds_builders.aff_wild2.annotations import Annotations
from tfds_builders.affectnet import csv_list
from tfds_builders.affectnet import march_2021
from tfds_builders.ck_plus import sequence_files
from tfds_builders.crema_d_video import tables as crema_d
from tfds_builders.dfew.split_lists import read_lists
from tfds_builders.fer2013.pixel_table import PixelTable
from tfds_builders.ferplus import vote_table
from tfds_builders.iemocap_video import emo_evaluation
from tfds_builders.ramas import votes_by_files
from tfds_builders.ramas.actors import Actors
from tfds_builders.realeyes_like.frame_table import read_frame_table
from tfds_builders.realeyes_like.metadata_table import read_metadata
from tfds_builders.recola import rating_series
from tfds_builders.sewa import label_file as sewa
from tfds_builders.video_folder import label_table
from tfds_builders.video_folder import table_recordings

_TABLE = (mutate_bytes, mutate_cells)
_CLASSES = ("calm", "joy")


def table_targets(folder: pathlib.Path) -> list[Target]:
    """Returns the parsers of labels and results.

    Args:
        folder: An empty folder to make sound files in.
    """
    report = BuildReport("fuzz")
    simple = [
        ("recola csv", rating_series.read, samples.RECOLA, "P16.csv"),
        ("recola arff", rating_series.read, samples.ARFF, "train_1.arff"),
        ("sewa", sewa.read, samples.SEWA, "Train_01.csv"),
        ("aff_wild", aff_wild_labels.read, (b"0.1\n-0.2\n-5\n",), "1.txt"),
        ("aff_wild points", read_box, samples.POINTS, "1.pts"),
        ("aff_wild2 test list", read_test_list, samples.NAMES, "list.txt"),
        (
            "affectnet 2017",
            lambda path: list(csv_list.read(path, report)),
            samples.AFFECTNET,
            "training.csv",
        ),
        (
            "crema_d list",
            crema_d.listed,
            samples.SENTENCES,
            "SentenceFilenames.csv",
        ),
        (
            "crema_d votes",
            crema_d.find_face_votes,
            samples.SUMMARY,
            "summaryTable.csv",
        ),
        (
            "crema_d counts",
            crema_d.count_face_votes,
            samples.VOTES,
            "tabulatedVotes.csv",
        ),
        (
            "crema_d people",
            lambda path: crema_d.people(path, ["1001", "1002"]),
            samples.PEOPLE,
            "VideoDemographics.csv",
        ),
        (
            "fer2013",
            lambda path: list(PixelTable(path).rows(report)),
            samples.FER2013,
            "fer2013.csv",
        ),
        (
            "ferplus",
            lambda path: vote_table.read(path.read_bytes(), report),
            samples.FERPLUS,
            "fer2013new.csv",
        ),
        (
            "iemocap",
            lambda path: emo_evaluation.read(path, path.name, report),
            samples.IEMOCAP,
            "Ses01F_impro01.txt",
        ),
        (
            "ramas votes",
            lambda path: _read_ramas(path, votes_by_files.read, report),
            samples.RAMAS,
            "19dec_a_1_f_disg_1_m_ang_ann.csv",
        ),
        (
            "ramas actors",
            lambda path: _read_ramas(path, Actors.read, report),
            (b"Date;ID;Name\n10.12;1;Anna\n10.12;2;Ben\n",),
            "actors.csv",
        ),
        (
            "realeyes frames",
            lambda path: read_frame_table(path, path.name),
            (b"frame,happy,sad\n0,1,0\n1,-1,-1\n2,,3\n",),
            "clip.csv",
        ),
        (
            "realeyes clips",
            lambda path: read_metadata(path, path.name),
            (b"clip,subject,split\na,anna,train\nb,ben,test\n",),
            "metadata.csv",
        ),
        ("video_folder", _read_labels, samples.LABELS, "labels.csv"),
        ("results", _read_results, (_write_results(folder),), "clip.csv"),
    ]
    return [
        *(
            Target(name, read, seeds, _TABLE, file)
            for name, read, seeds, file in simple
        ),
        *(_read_aff_wild2(task, report) for task in samples.AFF_WILD2),
        Target(
            "affectnet 2021",
            lambda path: march_2021.read(_tree(path, 2), report),
            (_npy("1"), _npy(2.0)),
            (mutate_bytes,),
            "train_set/annotations/0_exp.npy",
            {"train_set/images/0.jpg": b"not opened"},
        ),
        Target(
            "ck_plus",
            lambda path: sequence_files.read(_tree(path, 1), report),
            (b"   3.0000000e+00\n",),
            _TABLE,
            "Emotion/S005_001_00000001_emotion.txt",
            {"images/S005_001_00000001.png": b"not opened"},
        ),
        Target(
            "dfew",
            lambda path: read_lists(_tree(path, 1), 1, report),
            (b"video_name,label\n1.mp4,1\n02,7\n3,0\n",),
            _TABLE,
            "train(single-labeled)/set_1.csv",
        ),
        Target(
            "afew_va",
            lambda path: read_annotation(path, path.name, True),
            (samples.AFEW,),
            (mutate_bytes, _mutate_text),
            "001.json",
        ),
        Target(
            "postprocessor",
            _read_postprocessor,
            tuple(_write_chains(folder)),
            (mutate_bytes, _mutate_text),
            "chain.json",
        ),
    ]


def _mutate_text(data, rng):
    return json.dumps(mutate_json(json.loads(data), rng)).encode()


def _tree(path, depth):
    return SourceTree(path.parents[depth])


def _read_aff_wild2(task, report):
    def read(path):
        config = AffWild2Config(name=task, description="", task=task)
        annotations = Annotations(path.parent, config, report)
        name = pathlib.PurePosixPath(path.name)
        if task == "mtl":
            annotations.read_list(name)
        else:
            annotations.read(name)

    seeds = samples.AFF_WILD2[task]
    return Target(f"aff_wild2 {task}", read, (seeds,), _TABLE, "1.txt")


def _read_ramas(path, read, report):
    files = [pathlib.PurePosixPath(path.name)]
    return read(SourceTree(path.parent), files, report)


def _read_labels(path):
    files = [pathlib.PurePosixPath(n) for n in ("labels.csv", "a.mp4", "b.mp4")]
    table = label_table.find(path.parent, files)
    if table is not None:
        report = BuildReport("fuzz")
        table_recordings.read(path.parent, table, files[1:], report)


def _read_results(path):
    _, rows = tables.read_table(path)
    return list(rows)


def _read_postprocessor(path):
    chain = CoursePostprocessor.load(path)
    frames = np.zeros((12, len(chain.dimensions)))
    chain.describe()
    chain.apply(frames, np.repeat([0, 1], 6))


def _write_results(folder):
    path = folder / "results.csv"
    box = (1.0, 2.0, 3.0, 4.0)
    both = np.float32([0.25, 0.75])
    with tables.table(path, _CLASSES) as write:
        write(Row(0, 0.0, 1, box, 0.9, both, both))
        write(Row(0, 0.0, 2, box, 0.9, None, None, -0.25, 1.0, "small"))
        write(Row(1, 0.04))
    return path.read_bytes()


def _write_chains(folder):
    rng = np.random.default_rng(0)
    truth = np.cumsum(rng.normal(0, 0.05, (200, 2)), axis=0)
    prediction = np.roll(truth, 2, axis=0) * 0.5 + 0.2
    recording = np.repeat([0, 1], 100)
    for per in ("set", "recording"):
        chain = CoursePostprocessor(
            per=per,
            median_grid_s=(0.2,),
            shift_grid_s=(0.2,),
            shift_directions=("backward",),
        )
        chain.fit(truth, prediction, recording, 10)
        chain.save(folder / "chain.json")
        yield (folder / "chain.json").read_bytes()


def _npy(value):
    import io

    file = io.BytesIO()
    np.save(file, np.array(value))
    return file.getvalue()
