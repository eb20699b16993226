"""Sound files of labels and results in small, and what reads them."""

import json
import pathlib

import numpy as np

from emoaff.corpora.build_report import BuildReport
from emoaff.corpora.source_tree import SourceTree
from emoaff.evaluation.postprocessing import CoursePostprocessor
from emoaff.prediction import tables
from emoaff.prediction.row import Row
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
from tfds_builders.affectnet import face_list
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
        ("recola csv", rating_series.read, _RECOLA, "P16.csv"),
        ("recola arff", rating_series.read, _ARFF, "train_1.arff"),
        ("sewa", sewa.read, _SEWA, "Train_01.csv"),
        ("aff_wild", aff_wild_labels.read, (b"0.1\n-0.2\n-5\n",), "1.txt"),
        ("aff_wild points", read_box, _POINTS, "1.pts"),
        ("aff_wild2 test list", read_test_list, _NAMES, "list.txt"),
        (
            "affectnet 2017",
            lambda path: list(face_list.read(path, report)),
            _AFFECTNET,
            "training.csv",
        ),
        ("crema_d list", crema_d.listed, _SENTENCES, "SentenceFilenames.csv"),
        ("crema_d votes", crema_d.face_votes, _SUMMARY, "summaryTable.csv"),
        ("crema_d counts", crema_d.face_counts, _VOTES, "tabulatedVotes.csv"),
        (
            "crema_d people",
            lambda path: crema_d.people(path, ["1001", "1002"]),
            _PEOPLE,
            "VideoDemographics.csv",
        ),
        (
            "fer2013",
            lambda path: list(PixelTable(path).rows(report)),
            _FER2013,
            "fer2013.csv",
        ),
        (
            "ferplus",
            lambda path: vote_table.read(path.read_bytes(), report),
            _FERPLUS,
            "fer2013new.csv",
        ),
        (
            "iemocap",
            lambda path: emo_evaluation.read(path, path.name, report),
            _IEMOCAP,
            "Ses01F_impro01.txt",
        ),
        (
            "ramas votes",
            lambda path: _read_ramas(path, votes_by_files.read, report),
            _RAMAS,
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
        ("video_folder", _read_labels, _LABELS, "labels.csv"),
        ("results", _read_results, (_write_results(folder),), "clip.csv"),
    ]
    return [
        *(
            Target(name, read, seeds, _TABLE, file)
            for name, read, seeds, file in simple
        ),
        *(_read_aff_wild2(task, report) for task in _AFF_WILD2),
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
            (_AFEW,),
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

    seeds = _AFF_WILD2[task]
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


_RECOLA = (
    b"time;FM1 ;FM2 \n0;0;0.1\n0.04;-0.5;0\n0.08;;1\n",
    b"0,0.5\n0.04,-1\n",
)
_ARFF = (
    b"@relation GOLD\n\n@attribute Instance_name string\n"
    b"@attribute frameTime numeric\n@attribute GoldStandard numeric\n\n"
    b"@data\n\ntrain_1,0,-0.03\ntrain_1,0.04,-0.02\n",
)
_SEWA = (
    b"'Train_01';0.0;0.0;0.1;0.0\n'Train_01';0.1;0.5;-1.0;0.0\n",
    b"name;timestamp;arousal;valence;liking\n'Devel_DE_07';0;0;0;0\n",
)
_POINTS = (b"version: 1\nn_points: 2\n{\n10 20\n30.5 40\n}\n",)
_NAMES = (b"10-60-1280x720\nvideo2_left\n", b"image,v\nvideo1/00001.jpg,0\n")
_AFFECTNET = (
    b"subDirectory_filePath,face_x,face_y,face_width,face_height,"
    b"facial_landmarks,expression,valence,arousal\n"
    b"1/a.jpg,1,2,30,40,1;2,1,0.5,-0.5\n1/b.png,-1,-1,-1,-1,,10,-2,-2\n",
)
_SENTENCES = (b'"Stimulus_Number","Filename"\n1,"1001_IEO_NEU_XX"',)
_SUMMARY = (
    b'"","FileName","VoiceVote","VoiceLevel","FaceVote","FaceLevel"\n'
    b'"1","1001_IEO_NEU_XX","N","69.1","A:F","92.22"\n',
)
_VOTES = (
    b'"","A","D","F","H","N","S","fileName"\n'
    b'"200001",0,1,2,3,4,-1,"1001_IEO_NEU_XX"\n'
    b'"100001",0,1,2,3,4,5,"1001_IEO_NEU_XX"\n',
)
_PEOPLE = (
    b'"ActorID","Age","Sex","Race","Ethnicity"\n'
    b'1001,51,"Male","Caucasian","Not Hispanic"\n'
    b'1002,21,"Female","Asian","Not Hispanic"\n',
)
_FER2013 = (
    b"emotion,pixels,Usage\n0," + b" ".join([b"7"] * 2304) + b",Training\n",
)
_FERPLUS = (
    b"Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,"
    b"contempt,unknown,NF\nTraining,fer0000000.png,4,0,0,1,3,2,0,0,0,0\n"
    b"PublicTest,,0,0,0,0,0,0,0,0,0,10\n",
)
_IEMOCAP = (
    b"% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
    b"[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]\n"
    b"C-E2:\tNeutral;\t()\n",
)
_RAMAS = (
    b"Time,ID_annotator,Angry,Sad,Disgusting,Happy,Scared,Surprised\n"
    b"0.0,1,1,0,0,0,0,0\n0.5,1,0,0,0,1,0,0\n",
)
_LABELS = (
    b"file,label,valence,arousal,subject,split\na.mp4,happy,0.7,,anna,train\n"
    b"b.mp4,,-0.2,0.1,ben,validation\n",
    b"file;start;end;label\na.mp4;0;2,5;happy\na.mp4;2,5;9;sad\n",
    b"path,time,emotion\na.mp4,0.0,sad\na.mp4,0.5,happy\nb.mp4,0,sad\n",
    "file,label\na.mp4,sad\n".encode("utf-16"),
)
_AFF_WILD2 = {
    "va": b"valence,arousal\n0.1,-0.2\n-5,-5\n",
    "expr": b"Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"
    b"0\n7\n-1\n",
    "au": b"AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n"
    b"0,1,0,1,0,1,0,1,0,1,0,-1\n",
    "mtl": b"image,valence,arousal,expression,aus\n"
    b"video1/00001.jpg,0.1,0.2,3,0,1,0,1,0,1,0,1,0,1,0,-1\n",
}
_AFEW = json.dumps(
    {
        "video_id": "001",
        "actor": "Anna",
        "frames": {
            "00000": {
                "valence": 3,
                "arousal": -10,
                "landmarks": [[1.5, 2.0], [30.0, 40.0]],
            },
            "00001": {"valence": None, "arousal": 0, "landmarks": []},
        },
    }
).encode()
