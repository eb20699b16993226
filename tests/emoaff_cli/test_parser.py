import re

import pytest

from emoaff_cli.command import make_parser


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("predcit a.mp4", "^.{,50}'predcit'. Did you mean 'predict'.{,40}$"),
        (
            "predict a.mp4 --fromat srt",
            "emoaff predict: .*--fromat srt. Did you mean '--format'.*"
            "`emoaff predict --help`",
        ),
        ("models --zzz", "emoaff models: .*: --zzz. `emoaff models"),
        ("train", "emoaff train: the following arguments are required"),
    ],
)
def test_a_slip_is_said_by_its_own_command_in_a_line(words, said, capsys):
    with pytest.raises(SystemExit) as end:
        make_parser().parse_args(words.split())
    assert end.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.search(said, line), line


def test_what_is_right_is_read_as_before():
    args = make_parser().parse_args(["predict", "a.mp4", "--format", "srt"])
    assert (args.inputs, args.format) == (["a.mp4"], "srt")
