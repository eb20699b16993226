"""Label spaces: what each class index and each affect dimension means.

Every corpus numbers its emotions differently. A `LabelSpace` pins one order;
`make_mapping` translates between two of them by explicit tables. Class names
are the corpus's own words in lower case.

Affect dimensions are `DIMENSIONS`, valence then arousal, each within
`DIMENSION_RANGE`. The network of Tzirakis et al. (arXiv 2111.02717) is the
exception: it puts out arousal first, valence second.
"""

import collections.abc
import dataclasses

import numpy as np

from emoaff.labels import class_orders

DIMENSIONS = ("valence", "arousal")
DIMENSION_RANGE = (-1.0, 1.0)
# Names of outputs of two columns, in this order.
AFFECT_TARGETS = ("arousal_valence", "valence_arousal")


@dataclasses.dataclass(frozen=True)
class LabelSpace:
    """An ordered set of classes.

    Args:
        name: The registered name, or a name of your own.
        classes: Class names in lower case, in output order: the class with
            index `i` is `classes[i]`.
        multi_label: Whether several classes may hold at once (independent
            sigmoids), instead of exactly one (softmax).
        source: Where the order comes from.

    Raises:
        ValueError: If `classes` is empty, repeats a name or has upper case.

    Example:
    >>> mine = LabelSpace("mine", ("calm", "tense"))
    >>> len(mine), mine.index("tense")
    (2, 1)
    """

    name: str
    classes: tuple[str, ...]
    multi_label: bool = False
    source: str = ""

    def __post_init__(self):
        object.__setattr__(self, "classes", tuple(self.classes))
        clean = {str(name).lower() for name in self.classes}
        if not clean or clean != set(self.classes):
            raise ValueError(
                "`classes` must be lower-case names, at least one. "
                f"Received: classes={self.classes}."
            )
        if len(clean) != len(self.classes):
            raise ValueError(
                "`classes` must not repeat a name. "
                f"Received: classes={self.classes}."
            )

    def __len__(self) -> int:
        return len(self.classes)

    def index(self, class_name: str) -> int:
        """Returns the index of `class_name`; ValueError if there is none."""
        if class_name not in self.classes:
            raise ValueError(
                f"{self.name!r} has the classes {', '.join(self.classes)}. "
                f"Received: class_name={class_name!r}."
            )
        return self.classes.index(class_name)


@dataclasses.dataclass(frozen=True)
class Mapping:
    """How the classes of one label space read in another.

    Args:
        source: The space to map from.
        target: The space to map to.
        indices: For each class of `source`, its index in `target`, or `None`
            where the class is dropped.

    Example:
    >>> mapping = make_mapping("ferplus", "affectnet_7")
    >>> mapping.dropped
    ('contempt',)
    >>> mapping.map_indices([0, 1, -1])
    array([ 0,  1, -1])
    """

    source: LabelSpace
    target: LabelSpace
    indices: tuple[int | None, ...]

    @property
    def dropped(self) -> tuple[str, ...]:
        """The source classes that `target` has no place for."""
        pairs = zip(self.source.classes, self.indices, strict=True)
        return tuple(name for name, index in pairs if index is None)

    @property
    def unreached(self) -> tuple[str, ...]:
        """The target classes that no source class maps to."""
        return tuple(
            name
            for index, name in enumerate(self.target.classes)
            if index not in self.indices
        )

    def map_indices(self, indices: np.ndarray) -> np.ndarray:
        """Maps class indices.

        Args:
            indices: Integers of any shape, in `[-1, len(source))`; -1 is a
                frame without a label.

        Returns:
            int64 of the same shape, in `[-1, len(target))`. Unlabelled stays
            -1, a dropped class becomes -1.

        Raises:
            ValueError: If an index is not an integer or is out of range.
        """
        indices = np.asarray(indices)
        if indices.size and not np.issubdtype(indices.dtype, np.integer):
            raise ValueError(
                "`indices` must be integers. "
                f"Received: indices.dtype={indices.dtype}."
            )
        indices = indices.astype(np.int64)
        if np.any((indices < -1) | (indices >= len(self.source))):
            raise ValueError(
                f"Indices of {self.source.name!r} lie in "
                f"[-1, {len(self.source) - 1}]. Received: "
                f"[{indices.min()}, {indices.max()}]."
            )
        # The last row of the table is the one that index -1 reads.
        table = [-1 if i is None else i for i in self.indices] + [-1]
        return np.array(table, dtype=np.int64)[indices]

    def map_probabilities(self, probabilities: np.ndarray) -> np.ndarray:
        """Maps rows of class probabilities.

        The mass of merged classes adds up; the mass of dropped classes is
        removed and what remains is scaled back to a sum of 1.

        Args:
            probabilities: `(..., len(source))`, non-negative.

        Returns:
            `(..., len(target))` of the same float dtype (float64 for other
            input). A row with no mass left, or with a NaN, is all NaN.

        Raises:
            ValueError: If the last axis has another length, or `source` is
                multi-label, where rows are no distribution.
        """
        rows = np.asarray(probabilities)
        if self.source.multi_label:
            raise ValueError(
                f"The rows of the multi-label space {self.source.name!r} are "
                "independent, not a distribution to renormalise. Map indices."
            )
        if rows.ndim == 0 or rows.shape[-1] != len(self.source):
            raise ValueError(
                f"Rows of {self.source.name!r} have {len(self.source)} values. "
                f"Received: probabilities.shape={rows.shape}."
            )
        floating = np.issubdtype(rows.dtype, np.floating)
        dtype = rows.dtype if floating else np.float64
        table = np.zeros((len(self.source), len(self.target)))
        for row, column in enumerate(self.indices):
            if column is not None:
                table[row, column] = 1.0
        mapped = rows.astype(np.float64) @ table
        mass = mapped.sum(axis=-1, keepdims=True)
        mass = np.where(mass > 0, mass, np.nan)
        return (mapped / mass).astype(dtype)


_SPACES = {
    name: LabelSpace(name, tuple(classes.split()), multi_label, source)
    for name, classes, multi_label, source in class_orders.SPACES
}


_OWN = frozenset(_SPACES)


def list_label_spaces() -> tuple[str, ...]:
    """Returns the names of the registered label spaces, sorted.

    Example:
    >>> list_label_spaces()[:3]
    ('aff_wild2_7', 'aff_wild2_8', 'affectnet_7')
    """
    return tuple(sorted(_SPACES))


def register(space: LabelSpace) -> None:
    """Registers a label space of your own, or registers it again.

    Args:
        space: Under its own name.

    Raises:
        ValueError: If the name is one of emoaff's own.

    Example:
    >>> register(LabelSpace("two_moods", ("calm", "tense")))
    >>> get("two_moods").classes
    ('calm', 'tense')
    """
    if space.name in _OWN:
        raise ValueError(
            "Expected a name that is none of emoaff's own label spaces. "
            f"Received: name={space.name!r}. Choose another."
        )
    _SPACES[space.name] = space


def get(name: str) -> LabelSpace:
    """Returns a registered label space.

    Args:
        name: One of `list_label_spaces()`.

    Returns:
        The label space.

    Raises:
        ValueError: If there is none of that name.

    Example:
    >>> get("affectnet_7").classes
    ('neutral', 'happiness', 'sadness', 'surprise', 'fear', 'disgust', 'anger')
    """
    if name not in _SPACES:
        raise ValueError(
            f"`name` must be one of {', '.join(list_label_spaces())}. "
            f"Received: name={name!r}."
        )
    return _SPACES[name]


def make_mapping(
    source: str | LabelSpace,
    target: str | LabelSpace,
    merge: collections.abc.Mapping[str, str] | None = None,
) -> Mapping:
    """Returns how the classes of `source` read in `target`.

    Classes with the same name, or the same meaning (happy and happiness),
    meet. Everything else is dropped: contempt where the target has none,
    RAVDESS's calm, IEMOCAP's excitement and frustration. `merge` decides
    otherwise; usual choices are `{"calm": "neutral"}` and
    `{"excitement": "happiness"}`. A remainder class (other) maps only within
    its own space, since another corpus's remainder is a different set.

    Args:
        source: A registered name or a space of your own.
        target: A registered name or a space of your own.
        merge: Source class name to target class name, for classes that the
            tables would drop or send elsewhere.

    Returns:
        The mapping.

    Raises:
        ValueError: If a space or a class in `merge` does not exist.

    Example:
    >>> mapping = make_mapping("ravdess", "affectnet_7", {"calm": "neutral"})
    >>> mapping.indices
    (0, 0, 1, 2, 6, 4, 5, 3)
    """
    source = get(source) if isinstance(source, str) else source
    target = get(target) if isinstance(target, str) else target
    same = source == target
    places = {
        name: index
        for index, name in enumerate(target.classes)
        if same or name not in class_orders.REMAINDERS
    }
    meanings = {_meaning(name): index for name, index in places.items()}
    indices = [
        places.get(name, meanings.get(_meaning(name)))
        for name in source.classes
    ]
    for old, new in (merge or {}).items():
        indices[source.index(old)] = target.index(new)
    return Mapping(source, target, tuple(indices))


def describe_synonyms() -> str:
    """Lists the words that are understood as the same class, for messages.

    Example:
    >>> describe_synonyms().split(", ")[:3]
    ['anger = angry', 'disgust = disgusted', 'fear = fearful = scared']
    """
    words = {}
    for word, meant in sorted(class_orders.SYNONYMS.items()):
        words.setdefault(meant, [meant]).append(word)
    return ", ".join(" = ".join(words[meant]) for meant in sorted(words))


def _meaning(name):
    return class_orders.SYNONYMS.get(name, name)
