"""What a preset's `config.json` must look like, as JSON schemas."""

import copy

_LARGEST_SIDE = 2048  # pixels
_LONGEST_WINDOW = 10_000  # frames
_MOST_FEATURES = 20_000  # of one modality; ComParE has 6,373

_TEXT = {"type": "string"}
_NUMBER = {"type": "number"}
_RANGE = {
    "type": "array",
    "items": _NUMBER,
    "minItems": 2,
    "maxItems": 2,
}
_NAMES = {
    "type": "array",
    "items": {"type": "string", "minLength": 1},
    "minItems": 1,
    "maxItems": 1000,
    "uniqueItems": True,
}
_SIDE = {"type": "integer", "minimum": 1, "maximum": _LARGEST_SIDE}
_OUTPUT_KINDS = {
    "probabilities": ("label_space", "classes"),
    "probabilities of each": ("label_space", "classes"),
    "dimensional": ("names", "range"),
    "features": ("size",),
    "values": ("size",),  # of an exported model without a preset
}
_OUTPUT = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"enum": list(_OUTPUT_KINDS)},
        "range": _RANGE,
        "label_space": _TEXT,
        "classes": {
            **_NAMES,
            "items": {"type": "string", "pattern": "^[^A-Z]+$"},
        },
        "names": _NAMES,
        "size": {"type": "integer", "minimum": 1},
    },
    "allOf": [
        {
            "if": {"properties": {"kind": {"const": kind}}},
            "then": {"required": list(fields)},
        }
        for kind, fields in _OUTPUT_KINDS.items()
    ],
}
# A file of the folder itself: no other folder, no drive.
_FILE = {"type": "string", "pattern": r"^(?!\.{1,2}$)[^/\\:\u0000]{1,255}$"}
_SHA256 = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_PARTS = {
    "input": {
        "type": "object",
        "required": ["size"],
        "properties": {
            "size": _SIDE,
            "kind": {"const": "features"},
            "channels": {"const": "RGB"},
            "range": _RANGE,
            "features_from": {"type": "string", "minLength": 1},
            "features_sha256": _TEXT,
            "faces": {"type": "boolean"},
            "sides": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "required": ["names", "rule"],
                    "properties": {
                        "names": {**_NAMES, "maxItems": _MOST_FEATURES},
                        "rule": {"enum": ["mean", "nearest"]},
                    },
                },
            },
        },
        "dependentRequired": {"kind": ["features_from"]},
    },
    "crop": {
        "type": "object",
        "required": ["margin", "interpolation"],
        "properties": {
            "margin": {"type": "number", "minimum": -0.9, "maximum": 10},
            "interpolation": {
                "enum": ["area", "bilinear", "bicubic", "nearest"]
            },
            "shape": {"enum": ["square", "stretch"]},
        },
    },
    "sampling": {
        "type": "object",
        "properties": {
            "window": {
                "type": ["integer", "null"],
                "minimum": 1,
                "maximum": _LONGEST_WINDOW,
            },
            "stride": {
                "type": ["integer", "null"],
                "minimum": 1,
                "maximum": _LONGEST_WINDOW,
            },
            "rate_hz": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "maximum": 10_000,
            },
            "rule": _TEXT,
        },
    },
    "outputs": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": _OUTPUT,
    },
    "doubt": {"type": "object", "additionalProperties": _NUMBER},
    "licence": _TEXT,
}
_SCORE_ROW = {
    "type": "object",
    "required": ["measure", "of", "value", "part"],
    "properties": {
        "measure": _TEXT,
        "of": _TEXT,
        "part": _TEXT,
        "value": {"type": ["number", "null"]},
    },
}
# Of an exported file; its classes may belong to no label space.
EXPORTED = copy.deepcopy({"type": "object", "properties": _PARTS})
for _rule in EXPORTED["properties"]["outputs"]["additionalProperties"]["allOf"]:
    _fields = _rule["then"]["required"]
    _rule["then"]["required"] = [n for n in _fields if n != "label_space"]
WHOLE = {
    "type": "object",
    "required": ["format", "architecture", "outputs", "input", "crop"]
    + ["weights"],
    "properties": {
        **_PARTS,
        "format": {"type": "integer", "minimum": 1},
        "name": _TEXT,
        "architecture": {
            "type": "object",
            "required": ["class_name", "config"],
            "properties": {"class_name": _TEXT, "config": {"type": "object"}},
        },
        "weights": {
            "type": "object",
            "required": ["file", "sha256"],
            "properties": {
                "file": _FILE,
                "sha256": _SHA256,
                "dtype": _TEXT,
                "parameters": {"type": "integer", "minimum": 0},
            },
        },
        "litert": {
            "type": "object",
            "required": ["file", "sha256", "weights_sha256", "precision"],
            "properties": {
                "file": _FILE,
                "sha256": _SHA256,
                # Of the weights that it was made from.
                "weights_sha256": _SHA256,
                "precision": _TEXT,
                "check": {"type": "object"},
            },
        },
        "provenance": {"type": "object"},
        "scores": {
            "type": "object",
            "properties": {
                "rows": {"type": "array", "items": _SCORE_ROW},
                "facts": {
                    "type": "object",
                    "required": ["dataset", "split"],
                    "properties": {"dataset": _TEXT, "split": _TEXT},
                },
            },
            "dependentRequired": {"rows": ["facts"]},
        },
    },
}
