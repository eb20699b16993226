"""Options of an Apache Beam pipeline, for `prepare` and `predict`."""

import shlex


def parse_beam_options(text: str | None):
    """Reads options of a pipeline as its command line has them.

    Args:
        text: Such as `"--runner=DirectRunner --direct_num_workers=2"`.

    Returns:
        The `PipelineOptions` of Apache Beam; None for None.

    Raises:
        ImportError: If Apache Beam is not installed.
        ValueError: If a quotation mark in `text` is not closed.
    """
    if text is None:
        return None
    try:
        from apache_beam.options.pipeline_options import PipelineOptions
    except ImportError as error:
        raise ImportError(
            "Expected Apache Beam to be installed for this. Install it with: "
            'pip install "emoaff[beam]"'
        ) from error
    return PipelineOptions(shlex.split(text))
