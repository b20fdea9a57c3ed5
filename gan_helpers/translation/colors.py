"""What a translator has to beat: the colors of one set of pictures given to another."""

import numpy as np

from gan_helpers.data import arrays


def match_histogram(images, source, target):
    """Return the images with each channel's values spread as in the target's pictures.

    A value v of a channel becomes the value below which the target has as many pixels as the
    source has below v: F_target^-1(F_source(v)), F the share of pixels up to a value. No network
    and no training; it knows colors, and neither places nor shapes.

    Args:
        images: uint8 (N, H, W, C), what is changed.
        source: uint8 (M, ..., C), pictures of the domain that the images come from.
        target: uint8 (K, ..., C), pictures of the domain where they shall go.

    Returns:
        uint8 of the images' shape.

    Raises:
        ValueError: for other arrays, or different numbers of channels.
    """
    given = {"images": images, "source": source, "target": target}
    images, source, target = (arrays.check_images(array, name) for name, array in given.items())
    channels = {name: np.shape(array)[-1] for name, array in given.items()}
    if len(set(channels.values())) > 1:
        raise ValueError(f"the numbers of channels are {channels}; they must be equal.")
    matched = [
        _table(source[..., channel], target[..., channel])[images[..., channel]]
        for channel in range(images.shape[-1])
    ]
    return np.stack(matched, axis=-1)


def _table(source, target):
    """Return the new value of each of the 256 old ones, uint8."""
    shares = [
        np.cumsum(np.bincount(values.ravel(), minlength=256)) / values.size
        for values in (source, target)
    ]
    # The first target value up to which there are at least as many pixels.
    return np.searchsorted(shares[1], shares[0] - 1e-9).clip(0, 255).astype(np.uint8)
