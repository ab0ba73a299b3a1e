"""A perceptual hash: images that look alike have hashes that differ in few of their 64 bits."""

import math
from statistics import median
from typing import Final

from PIL import Image

_SIDE: Final = 32
_LOW: Final = 8
# Of so flat an image the hash would tell the noise.
_LEAST_CONTRAST: Final = 8
_WAVES: Final = [
    [math.cos(math.pi * k * (2 * n + 1) / (2 * _SIDE)) for n in range(_SIDE)] for k in range(_LOW)
]


def phash(image: Image.Image) -> int | None:
    """Give the hash as an unsigned 64-bit number; None for an image of one shade.

    The DCT-based hash of Zauner, "Implementation and Benchmarking of Perceptual Image Hash
    Functions" (2010): 32 by 32 greys, the 8 by 8 lowest frequencies, each above their median or
    not. Bit for bit that of the library imagehash, without the seconds that numpy and scipy take
    to load.
    """
    grey = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    shades = grey.tobytes()
    if max(shades) - min(shades) < _LEAST_CONTRAST:
        return None
    columns = [shades[x::_SIDE] for x in range(_SIDE)]
    down = [[_sum(wave, column) for wave in _WAVES] for column in columns]
    low = [_sum(wave, [each[k] for each in down]) for k in range(_LOW) for wave in _WAVES]
    middle = median(low)
    return sum((value > middle) << place for place, value in enumerate(reversed(low)))


def _sum(wave: list[float], values: list[float] | bytes) -> float:
    return sum(w * v for w, v in zip(wave, values, strict=True))
