"""Presets on the Hugging Face Hub, named `hf://user/name@revision`.

A revision is a tag or, to be sure of what it is, a commit. Only a preset's own
files are fetched: no program, nothing pickled; `config.json` is checked by its
schema and the weights by the SHA-256 in it, as those of any preset.
"""

import json
import os
import pathlib
import re

_PREFIX = "hf://"
_NAME = re.compile(r"hf://([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")
# All that a preset is.
_FILES = ("config.json", "model.weights.h5", "model.tflite", "README.md")


def is_hub_name(name: str | os.PathLike) -> bool:
    """Returns whether a preset is named by its place on the Hub."""
    return str(name).startswith(_PREFIX)


def fetch_preset(name: str) -> pathlib.Path:
    """Returns the folder of a preset of the Hub; fetches it if need be.

    What is there already is not asked for again: a commit never, a tag while
    `HF_HUB_OFFLINE` is set. `HF_ENDPOINT` names another server.

    Args:
        name: `hf://user/name@revision`.

    Raises:
        ValueError: If the name is no such name, or there is no such preset.
        ImportError: If `huggingface_hub` is not installed.
        OSError: If the Hub cannot be reached.
    """
    repo, revision = _parse(name)
    if not revision:
        raise ValueError(
            "Expected a revision, so that a preset stays what it is. "
            f"Received: {name}. Name a tag or a commit: {name}@REVISION."
        )
    hub = _import_hub()
    try:
        folder = _api(hub).snapshot_download(
            repo, revision=revision, allow_patterns=list(_FILES)
        )
    except (
        hub.errors.RepositoryNotFoundError,
        hub.errors.RevisionNotFoundError,
    ) as error:
        raise ValueError(
            f"No preset {name} on the Hub, or none that you may see "
            f"({type(error).__name__})."
        ) from error
    except (hub.errors.LocalEntryNotFoundError, ConnectionError) as error:
        raise OSError(
            f"Expected to fetch {name}, and could not reach the Hub. Fetch it "
            f"while you are connected: emoaff models pull {name}"
        ) from error
    folder = pathlib.Path(folder)
    if not (folder / _FILES[0]).is_file():
        raise ValueError(f"Expected a preset in {name}. It has no {_FILES[0]}.")
    return folder


def push_preset(folder: str | os.PathLike, name: str) -> str:
    """Uploads a preset's files, and nothing else that is in its folder.

    Args:
        folder: The preset.
        name: `hf://user/name`, made if it is not there, private at first.

    Returns:
        `hf://user/name@commit`.

    Raises:
        ValueError: If the name is no such name, or has a revision; or the
            preset's recipe has texts that are not written yet.
        ImportError: See `fetch_preset`.
    """
    repo, revision = _parse(name)
    if revision:
        raise ValueError(
            "Expected no revision to push to, since a push makes one. "
            f"Received: {name}."
        )
    _refuse_unwritten(pathlib.Path(folder))
    api = _api(_import_hub())
    api.create_repo(repo, private=True, exist_ok=True)
    done = api.upload_folder(
        repo_id=repo, folder_path=folder, allow_patterns=list(_FILES)
    )
    return f"{_PREFIX}{repo}@{done.oid}"


def _refuse_unwritten(folder):
    """Refuses the preset of a recipe that was only tried out."""
    from emoaff.presets.model_card import list_unwritten

    gaps = list_unwritten(json.loads((folder / _FILES[0]).read_text("utf-8")))
    if gaps:
        raise ValueError(
            "Expected a preset whose card says what it is. Nobody has written "
            f"yet: {', '.join(gaps)}. Write ABOUT in its recipe and train it "
            f"again, or write them into {_FILES[0]} of {folder}."
        )


def _parse(name):
    match = _NAME.fullmatch(str(name))
    if not match:
        raise ValueError(f"Expected hf://user/name@revision. Received: {name}.")
    return match[1], match[2]


def _import_hub():
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(
            "Expected huggingface_hub for presets of the Hub. Install it "
            'with: pip install "emoaff[hub]"'
        ) from error
    return huggingface_hub


def _api(hub):
    return hub.HfApi(endpoint=os.environ.get("HF_ENDPOINT"))
