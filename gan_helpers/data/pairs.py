"""Named data sets of paired pictures: where they come from, and what stands in for them.

"facades"       label map -> photograph. The CMP facades (Tylecek and Sara 2013, "Spatial Pattern
                Templates for Recognition of Objects with Regular Structure"), 400 pairs to train
                and 106 to test, as pix2pix and CycleGAN use them. The authors of both publish the
                same pictures in two archives; downloaded is that of CycleGAN, because for this
                one TensorFlow Datasets published a checksum, and for pix2pix' nobody did. The
                archive itself was not at hand when this was written: the tests read a small one of
                the published layout. If it is another today, the checksum refuses it.
"emoji_pairs"   the same emoji in two styles: Noto Emoji -> Twemoji, matched by meaning, not by
                pixel. There is no public archive of such pairs, so nothing is downloaded.

Where neither is found, pairs are made from MNIST's digits, and what is printed says so.
"""

import contextlib
import hashlib
import io
import os
import pathlib
import re
import tempfile
import zipfile

import numpy as np
import PIL.Image

from gan_helpers.data import fetched, made_pairs

NAMES = ("facades", "emoji_pairs")
SIZES = {"facades": (64, 128), "emoji_pairs": (64,)}

ARCHIVE = "facades.zip"
ARCHIVE_ADDRESS = "https://efrosgans.eecs.berkeley.edu/cyclegan/datasets/"
ARCHIVE_CHECKSUM = "9a31ebf3a31b9b5cd195dd5bf62e9308e00cb94604d1019e3889ac84248695c0"
# The archive's folders: photographs are its domain A, label maps its domain B.
ARCHIVE_FOLDERS = {"source": "B", "target": "A"}

# SHA-256 of the pictures in files that somebody decoded and scaled already, sources first.
FINGERPRINTS = {
    "facades": {
        (64, "train"): "93703a0ce9104f5de20cf0a2ec67ac6bd4a690d531faac81898baedc90caa6b6",
        (64, "test"): "010358dc7d3ca30162543ad7d9abae1f5a2c0bdd5ccb36d50ccac01e296cb4a8",
        (128, "train"): "37e12290ffb19cd4df550ddf6b7c54ebe54a818ab709712f383fa3d4748f937d",
        (128, "test"): "060ee20152aac2984b7857a01cd48e0e58a93878834856cafc2f2bf5e98dad7e",
    },
    "emoji_pairs": "6f20be54b68a11b515037393a4a94e69b020ca12f9bc3e2298de0b618276967e",
}


def load(name, split, size, cache, digits):
    """Return (sources, targets), uint8 (N, size, size, 3), and say where they were found.

    Args:
        name: one of `NAMES`.
        split: "train" or "test".
        size: pixels a side, one of `SIZES`; None is the smallest.
        cache: folder of Keras' cache, as a path.
        digits: function of a split that returns MNIST's (images, labels), asked only when no
            place has the pairs.

    Raises:
        ValueError: for a size that the data set does not have, or a file with other pictures.
    """
    size = SIZES[name][0] if size is None else size
    if size not in SIZES[name]:
        allowed = ", ".join(map(str, SIZES[name]))
        raise ValueError(f"size is {size!r}; {name} has {allowed} pixels a side.")
    failures = []
    for place in _PLACES[name]:
        try:
            sources, targets, where = place(split, size, cache)
        except OSError as error:
            failures.append(str(error))
            continue
        print(f"data: {name}, {len(sources):,} {split} pairs of {size} pixels, {where}")
        return sources, targets
    # One line is said about one data set, so that a lesson prints as much with and without it.
    with contextlib.redirect_stdout(io.StringIO()):
        images, labels = digits(split)
    sources, targets = made_pairs.make(name, images, labels, size, made_pairs.COUNTS[split])
    print(
        f"data: {name} was not found ({'; '.join(failures)}); instead {len(sources):,} {split} "
        f"pairs of {size} pixels, made from MNIST's digits"
    )
    return sources, targets


def _data_folder():
    folder = os.environ.get("GAN_HELPERS_DATA")
    if not folder:
        raise OSError("GAN_HELPERS_DATA is not set")
    return pathlib.Path(folder)


# --- Facades -----------------------------------------------------------------------------------


def _facades_from_environment(split, size, cache):
    """Return what `facades_<size>*.npz`, one file or several, or the archive there holds."""
    folder, where = _data_folder(), "from the folder in GAN_HELPERS_DATA"
    paths = sorted(folder.glob(f"facades_{size}*.npz"))
    if not paths:
        return *_read_archive(folder / ARCHIVE, split, size), where
    wanted = (f"label_{split}", f"photo_{split}")
    found = {}
    for path in paths:
        found |= _read_npz(path, wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ValueError(
            f"{', '.join(path.name for path in paths)} in {folder} hold no "
            f"{' and no '.join(missing)}."
        )
    sources, targets = (found[name] for name in wanted)
    _compare(FINGERPRINTS["facades"][size, split], paths[0], sources, targets)
    return sources, targets, where


def _facades_from_cache(split, size, cache):
    return *_read_archive(cache / ARCHIVE, split, size), "from Keras' cache"


def _facades_from_download(split, size, cache):
    _download(cache)
    return *_read_archive(cache / ARCHIVE, split, size), "downloaded to Keras' cache"


def _download(folder):
    """Download the archive, compare its checksum, and only then move it into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = fetched.fetch("facades", ARCHIVE_ADDRESS, ARCHIVE, ARCHIVE_CHECKSUM, scratch)
        os.replace(path, folder / ARCHIVE)


def _read_archive(path, split, size):
    """Return (label maps, photographs) of the archive.

    The pictures are read out of the archive in memory; nothing is unpacked, so no name in it can
    lead to another place on the disk.
    """
    if not path.exists():
        raise OSError(f"{path.name} is not there")
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != ARCHIVE_CHECKSUM:
        raise ValueError(
            f"{path} is not the published archive (SHA-256 {found[:12]}…); remove it and load "
            "again."
        )
    with zipfile.ZipFile(path) as archive:
        members = {
            role: _numbered(archive, f"{split}{letter}") for role, letter in ARCHIVE_FOLDERS.items()
        }
        numbers = sorted(members["source"].keys() & members["target"].keys())
        if not numbers:
            raise ValueError(f"{path} holds no pairs for {split}.")
        return tuple(
            np.stack([_read_member(archive, members[role][number], size) for number in numbers])
            for role in ("source", "target")
        )


def _numbered(archive, folder):
    """Return {number: name} of the pictures in a folder of the archive: 12 for "12_A.jpg"."""
    pattern = re.compile(rf"(?:.*/)?{folder}/(\d+)[^/]*\.jpg")
    matches = map(pattern.fullmatch, archive.namelist())
    return {int(match[1]): match[0] for match in matches if match}


def _read_member(archive, name, size):
    with archive.open(name) as file, PIL.Image.open(file) as picture:
        scaled = picture.convert("RGB").resize((size, size), PIL.Image.Resampling.BOX)
    return np.asarray(scaled, dtype=np.uint8)


# --- Emoji -------------------------------------------------------------------------------------


def _emoji_from_environment(split, size, cache):
    """Return the split of `emoji_pairs_64.npz`."""
    path = _data_folder() / f"emoji_pairs_{size}.npz"
    if not path.exists():
        raise OSError(f"{path.name} is not there")
    wanted = ("noto", "twemoji", "codepoints")
    found = _read_npz(path, wanted)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ValueError(f"{path} holds no {' and no '.join(missing)}.")
    noto, twemoji = found["noto"], found["twemoji"]
    _compare(FINGERPRINTS["emoji_pairs"], path, noto, twemoji)
    chosen = np.array([emoji_split(codes) == split for codes in found["codepoints"]])
    return noto[chosen], twemoji[chosen], "from the folder in GAN_HELPERS_DATA"


def emoji_split(codepoints):
    """Return "train" or "test" for an emoji, one of eight to test.

    Variants of one emoji, by skin tone or by gender, share a side: else a test picture would
    differ from a training picture in the color of a hand.

    Args:
        codepoints: hexadecimal numbers joined by "_", such as "1f3c3_1f3fb_200d_2640".
    """
    kind = _VARIANT.sub("", str(codepoints))
    kind = _PERSON.sub("1f9d1", kind)
    digest = hashlib.sha256(kind.encode()).digest()
    return "test" if digest[0] % 8 == 0 else "train"


_VARIANT = re.compile(r"_1f3f[b-f]|_200d_264[02]|_fe0f")  # skin tone, gender, drawn as a picture
_PERSON = re.compile(r"1f46[89]")  # man, woman; 1f9d1 is the person of no stated gender


# --- Files -------------------------------------------------------------------------------------


def _read_npz(path, wanted):
    """Return those of the wanted arrays that a file has."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in wanted if name in arrays.files}
    except Exception as error:
        raise ValueError(f"{path} cannot be read ({error}); remove it and load again.") from error


def _compare(fingerprint, path, sources, targets):
    """Raise unless the pictures are the known ones."""
    found = hashlib.sha256()
    for pictures in (sources, targets):
        found.update(np.ascontiguousarray(pictures).tobytes())
    if found.hexdigest() != fingerprint:
        raise ValueError(
            f"{path} does not hold the known pairs (shape {sources.shape}, {sources.dtype}, "
            f"SHA-256 {found.hexdigest()[:12]}…); remove it and load again. For pairs of your own "
            "use gh.data.folder_of_pairs."
        )


_PLACES = {
    "facades": (_facades_from_environment, _facades_from_cache, _facades_from_download),
    "emoji_pairs": (_emoji_from_environment,),
}
