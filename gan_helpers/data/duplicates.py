"""Pictures that a folder holds more than once: the same, or nearly."""

import numpy as np
import PIL.Image
import scipy.sparse

from gan_helpers.data import arrays

THUMBNAIL = 16  # pixels a side, in which pictures are compared
NEAR = 5.0  # gray levels: root mean square difference of thumbnails below which they are alike
BLOCK = 4_000_000  # numbers in one block of an N x N matrix


def exact(images):
    """Return groups of equal pictures, a tuple of tuples of positions; each has two or more.

    Args:
        images: uint8 (N, H, W, C).
    """
    places = {}
    for number, picture in enumerate(arrays.check_images(images)):
        places.setdefault(picture.tobytes(), []).append(number)
    return tuple(tuple(group) for group in places.values() if len(group) > 1)


def near(images, limit=NEAR):
    """Return groups of pictures that are equal or nearly so: saved twice, shrunk, compressed.

    Pictures are alike when their thumbnails of 16 x 16 pixels differ by less than `limit`, as root
    mean square of gray levels. Whoever is like a member of a group belongs to it. A picture that
    was mirrored, moved or made much lighter is not found.

    Args:
        images: uint8 (N, H, W, C).
        limit: gray levels, from 0 to 255.

    Returns:
        A tuple of tuples of positions in `images`, each with two or more, in order.
    """
    images = arrays.check_images(images)
    thumbnails = _thumbnails(images)
    count = len(thumbnails)
    lengths = np.sum(thumbnails**2, axis=1)
    most = limit**2 * thumbnails.shape[1]
    first = np.arange(count)  # the first member of each picture's group, as far as known
    step = max(BLOCK // count, 1)
    for start in range(0, count, step):
        part = slice(start, start + step)
        squared = lengths[part, np.newaxis] + lengths - 2.0 * thumbnails[part] @ thumbnails.T
        first = _joined(first, *np.nonzero(squared < most), start)
    groups = {}
    for number, label in enumerate(first):
        groups.setdefault(label, []).append(number)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _joined(first, rows, columns, start):
    """Return the first members after a block of pairs that are alike: (start + row, column).

    Joining block by block keeps memory small where thousands of pictures are alike.
    """
    count = len(first)
    rows = np.concatenate([rows + start, np.arange(count)])
    columns = np.concatenate([columns, first])
    alike = scipy.sparse.coo_matrix((np.ones(len(rows), bool), (rows, columns)), (count, count))
    _, labels = scipy.sparse.csgraph.connected_components(alike, directed=False)
    return np.unique(labels, return_index=True)[1][labels]


def _thumbnails(images):
    """Return small copies as centered float32 rows (N, 16 * 16 * C); centered keeps more digits."""
    size = (THUMBNAIL, THUMBNAIL)
    small = [
        np.asarray(
            PIL.Image.fromarray(picture.squeeze(-1) if picture.shape[-1] == 1 else picture).resize(
                size, PIL.Image.Resampling.BOX
            )
        ).ravel()
        for picture in images
    ]
    rows = np.stack(small).astype(np.float32)
    return rows - rows.mean(axis=0)
