"""A classifier as bytes and back, by skops: data and known types only, never code.

Imported by `classifier`. What is loaded is checked first: its hash, its format, the framework it
speaks, the versions it was made with, and that it holds no type but those that skops itself holds
to be safe: of these, lists, arrays and plain values are used.
"""

import hashlib
from dataclasses import fields
from importlib.metadata import version
from typing import Any, Final
from zipfile import ZIP_DEFLATED

import numpy as np
from skops.io import dumps, get_untrusted_types, loads

from app.domain.feedback.themes.errors import ModelUnusableError
from app.domain.feedback.themes.framework import BEST, CURRENT, VERSION, WORST
from app.domain.feedback.themes.learning import PLAIN, Classifier, blank

FORMAT: Final = 1
LARGEST: Final = 64 * 1024 * 1024
_LISTS: Final = ("themes", "feelings")
_VECTORIZERS: Final = ("words", "pieces")
_FEELINGS: Final = frozenset(range(BEST, WORST + 1))
_ARRAYS: Final = (
    "weights",
    "biases",
    "slopes",
    "offsets",
    "thresholds",
    "feeling_weights",
    "feeling_biases",
    "words_rareness",
    "pieces_rareness",
)


def libraries() -> dict[str, str]:
    """Name the versions whose arrays and vectorizers a model is made of."""
    return {name: version(name) for name in ("scikit-learn", "skops", "numpy", "scipy")}


def pack(classifier: Classifier) -> bytes:
    """Write a classifier as lists, arrays and plain values alone."""
    told = {each.name: getattr(classifier, each.name) for each in fields(classifier)}
    told |= {name: list(told[name]) for name in _LISTS}
    for name in _VECTORIZERS:
        vectorizer = told[name]
        # One text, since a term a piece takes long to read; no term holds an end of line.
        told[name] = "\n".join(vectorizer.get_feature_names_out())
        told[f"{name}_rareness"] = vectorizer.idf_
    packed: bytes = dumps(
        {"format": FORMAT, "framework": VERSION, "libraries": libraries(), **told},
        compression=ZIP_DEFLATED,
        compresslevel=6,
    )
    return packed


def unpack(packed: bytes, sha256: bytes) -> Classifier:
    """Give the classifier that bytes hold; raises ModelUnusableError, whatever is wrong."""
    if len(packed) > LARGEST:
        raise _unusable("too-large")
    if hashlib.sha256(packed).digest() != sha256:
        raise _unusable("hash")
    told = _read(packed)
    if told.pop("format", None) != FORMAT:
        raise _unusable("format")
    if told.pop("framework", None) != VERSION:
        raise _unusable("framework")
    if _minor(told.pop("libraries", {})) != _minor(libraries()):
        raise _unusable("libraries")
    return _built(told)


def _read(packed: bytes) -> dict[str, Any]:
    try:
        foreign = get_untrusted_types(data=packed)
        found = {} if foreign else loads(packed, trusted=[])
    except Exception:  # noqa: BLE001  whatever a broken archive makes its readers raise
        raise _unusable("unreadable") from None
    if foreign:
        raise _unusable("types")
    return found if isinstance(found, dict) else {}


def _minor(found: Any) -> list[str]:
    """Give the version of scikit-learn as far as its models depend on it."""
    told = found.get("scikit-learn") if isinstance(found, dict) else None
    return str(told).split(".")[:2]


def _built(told: dict[str, Any]) -> Classifier:
    """Put the parts together where they are of their kinds and fit each other."""
    rareness = [f"{name}_rareness" for name in _VECTORIZERS]
    names = {*(each.name for each in fields(Classifier)), *rareness}
    if set(told) != names or not _fit(told):
        raise _unusable("parts")
    for vectorizer, name in zip(blank(), _VECTORIZERS, strict=True):
        terms = told[name].split("\n")
        vectorizer.set_params(vocabulary={term: at for at, term in enumerate(terms)})
        vectorizer.idf_ = told.pop(f"{name}_rareness")
        told[name] = vectorizer
    return Classifier(**told | {name: tuple(told[name]) for name in _LISTS})


def _fit(told: dict[str, Any]) -> bool:
    kinds = {**dict.fromkeys(_LISTS, list), **dict.fromkeys(_VECTORIZERS, str)}
    if not all(isinstance(told[name], kind) for name, kind in kinds.items()):
        return False
    known = set(told["themes"]) <= set(CURRENT.codes) and set(told["feelings"]) <= _FEELINGS
    themes, feelings = (len(told[name]) for name in _LISTS)
    terms = [set(told[name].split("\n")) for name in _VECTORIZERS]
    sizes = [len(each) for each in terms]
    shapes = [np.shape(told[name]) for name in _ARRAYS]
    return known and shapes == [
        (themes, PLAIN + sum(sizes)),
        *[(themes,)] * 4,
        (feelings, PLAIN + sum(sizes)),
        (feelings,),
        *((size,) for size in sizes),
    ]


def _unusable(reason: str) -> ModelUnusableError:
    return ModelUnusableError(_TOLD[reason], reason=reason)


_TOLD: Final = {
    "too-large": "It is larger than any model made here",
    "hash": "Its bytes are not those that were stored",
    "types": "It holds types that are not trusted",
    "unreadable": "It cannot be read",
    "format": "It is of another format",
    "framework": "It speaks another version of the framework",
    "libraries": "It was made with another version of scikit-learn; train it again",
    "parts": "Its parts do not fit each other",
}
