"""Files of labels in small, with made-up values, as corpora have them."""

import json

RECOLA = (
    b"time;FM1 ;FM2 \n0;0;0.1\n0.04;-0.5;0\n0.08;;1\n",
    b"0,0.5\n0.04,-1\n",
)
ARFF = (
    b"@relation GOLD\n\n@attribute Instance_name string\n"
    b"@attribute frameTime numeric\n@attribute GoldStandard numeric\n\n"
    b"@data\n\ntrain_1,0,-0.03\ntrain_1,0.04,-0.02\n",
)
SEWA = (
    b"'Train_01';0.0;0.0;0.1;0.0\n'Train_01';0.1;0.5;-1.0;0.0\n",
    b"name;timestamp;arousal;valence;liking\n'Devel_DE_07';0;0;0;0\n",
)
POINTS = (b"version: 1\nn_points: 2\n{\n10 20\n30.5 40\n}\n",)
NAMES = (b"10-60-1280x720\nvideo2_left\n", b"image,v\nvideo1/00001.jpg,0\n")
AFFECTNET = (
    b"subDirectory_filePath,face_x,face_y,face_width,face_height,"
    b"facial_landmarks,expression,valence,arousal\n"
    b"1/a.jpg,1,2,30,40,1;2,1,0.5,-0.5\n1/b.png,-1,-1,-1,-1,,10,-2,-2\n",
)
SENTENCES = (b'"Stimulus_Number","Filename"\n1,"1001_IEO_NEU_XX"',)
SUMMARY = (
    b'"","FileName","VoiceVote","VoiceLevel","FaceVote","FaceLevel"\n'
    b'"1","1001_IEO_NEU_XX","N","69.1","A:F","92.22"\n',
)
VOTES = (
    b'"","A","D","F","H","N","S","fileName"\n'
    b'"200001",0,1,2,3,4,-1,"1001_IEO_NEU_XX"\n'
    b'"100001",0,1,2,3,4,5,"1001_IEO_NEU_XX"\n',
)
PEOPLE = (
    b'"ActorID","Age","Sex","Race","Ethnicity"\n'
    b'1001,51,"Male","Caucasian","Not Hispanic"\n'
    b'1002,21,"Female","Asian","Not Hispanic"\n',
)
FER2013 = (
    b"emotion,pixels,Usage\n0," + b" ".join([b"7"] * 2304) + b",Training\n",
)
FERPLUS = (
    b"Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,"
    b"contempt,unknown,NF\nTraining,fer0000000.png,4,0,0,1,3,2,0,0,0,0\n"
    b"PublicTest,,0,0,0,0,0,0,0,0,0,10\n",
)
IEMOCAP = (
    b"% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n"
    b"[6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.5000, 2.5000]\n"
    b"C-E2:\tNeutral;\t()\n",
)
RAMAS = (
    b"Time,ID_annotator,Angry,Sad,Disgusting,Happy,Scared,Surprised\n"
    b"0.0,1,1,0,0,0,0,0\n0.5,1,0,0,0,1,0,0\n",
)
LABELS = (
    b"file,label,valence,arousal,subject,split\na.mp4,happy,0.7,,anna,train\n"
    b"b.mp4,,-0.2,0.1,ben,validation\n",
    b"file;start;end;label\na.mp4;0;2,5;happy\na.mp4;2,5;9;sad\n",
    b"path,time,emotion\na.mp4,0.0,sad\na.mp4,0.5,happy\nb.mp4,0,sad\n",
    "file,label\na.mp4,sad\n".encode("utf-16"),
)
AFF_WILD2 = {
    "va": b"valence,arousal\n0.1,-0.2\n-5,-5\n",
    "expr": b"Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other\n"
    b"0\n7\n-1\n",
    "au": b"AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26\n"
    b"0,1,0,1,0,1,0,1,0,1,0,-1\n",
    "mtl": b"image,valence,arousal,expression,aus\n"
    b"video1/00001.jpg,0.1,0.2,3,0,1,0,1,0,1,0,1,0,1,0,-1\n",
}
AFEW = json.dumps(
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
