"""Your own pictures: any size, any mode, bad files among them."""

import contextlib
import dataclasses
import pathlib
import sys
import time
import warnings

import numpy as np
import PIL.Image
import PIL.ImageOps

from gan_helpers import arguments
from gan_helpers.data import arrays, duplicates, folder_report

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff")
# What people also call pictures. Pillow does not read these without help, so they are named.
OTHER_ENDINGS = (".heic", ".heif", ".avif", ".svg", ".raw", ".dng", ".cr2", ".nef", ".arw", ".psd")
SECONDS_OF_SILENCE = 5  # a read that takes longer says how far it is


@dataclasses.dataclass(frozen=True)
class Folder:
    """Pictures read from a folder.

    Attributes:
        images: uint8 (N, H, W, C).
        files: the N paths, in the same order.
        skipped: {path: reason} of what looked like a picture and could not be used.
        originals: what the N files held before they were brought to one shape, an `Original` each.
    """

    images: np.ndarray
    files: tuple
    skipped: dict
    originals: tuple = ()

    def __str__(self):
        lines = [f"{len(self.files)} pictures of shape {self.images.shape[1:]}"]
        lines += [f"skipped {path.name}: {reason}" for path, reason in self.skipped.items()]
        return "\n".join(lines)

    def report(self):
        """Return a `FolderReport`: sizes, kinds, duplicates, what was skipped; print it."""
        return folder_report.report(self)

    def take(self, numbers):
        """Return a `Folder` of some of the pictures; the list of skipped files stays.

        Args:
            numbers: int (K,), positions in `images`.
        """
        numbers = np.asarray(numbers, dtype=np.int64)
        return Folder(
            self.images[numbers],
            tuple(self.files[number] for number in numbers),
            self.skipped,
            tuple(self.originals[number] for number in numbers) if self.originals else (),
        )

    def without_duplicates(self):
        """Return a `Folder` with the first picture of each group of equal or nearly equal ones."""
        extra = {number for group in duplicates.near(self.images) for number in group[1:]}
        return self.take([n for n in range(len(self.files)) if n not in extra])

    def split(self, held_out=0.2, seed=0):
        """Return two `Folder`s, one to train on and one that the GAN never sees.

        Pictures that are nearly equal go to the same side: a copy among the held-out ones would
        hide that a GAN copies.

        Args:
            held_out: wanted share of the second, above 0 and below 1.
            seed: of the choice, a whole number from 0 on.

        Raises:
            ValueError: for a share out of range, or pictures that do not part into two sides.
        """
        arguments.number("held_out", held_out, above=0, below=1)
        groups = duplicates.near(self.images)
        grouped = {number for group in groups for number in group}
        units = [*groups, *((n,) for n in range(len(self.files)) if n not in grouped)]
        wanted = min(max(round(held_out * len(self.files)), 1), len(self.files) - 1)
        kept_out = []
        for place in np.random.default_rng(seed).permutation(len(units)):
            if len(kept_out) + len(units[place]) <= wanted:
                kept_out += units[place]
        if not kept_out and len(units) > 1:  # all groups are larger than what is wanted
            kept_out = list(min(units, key=len))
        training = sorted(set(range(len(self.files))) - set(kept_out))
        if not kept_out or not training:
            raise ValueError(
                f"the folder has {len(self.files)} pictures in {len(units)} different groups, too "
                "few to hold some out: nearly equal ones stay together. Add other pictures."
            )
        return self.take(training), self.take(sorted(kept_out))


@dataclasses.dataclass(frozen=True)
class Original:
    """What a file held before its picture was cut and resized.

    Attributes:
        width, height: pixels, upright.
        mode: Pillow's name of the pixel format, such as "RGB", "CMYK", "L" or "I;16".
        frames: 1, or more for an animation.
        transparent: whether it has transparency.
    """

    width: int
    height: int
    mode: str
    frames: int = 1
    transparent: bool = False


def folder(path, image_shape=(64, 64, 3)):
    """Read all pictures below a folder, brought to one shape.

    Each picture is turned upright by its EXIF tag, laid on white where it is transparent, cut to
    the middle of the wanted aspect and resized (Lanczos). Of an animation the first frame counts.
    What cannot be read, or has more pixels than Pillow's safety limit, is skipped and listed. Only
    one picture at a time is held in its full size. A read of more than some seconds says on stderr
    how far it is.

    Args:
        path: the folder; subfolders are read too, in the order of their names, but no links to
            folders.
        image_shape: (height, width, channels), channels 1 (gray) or 3 (RGB).

    Returns:
        A `Folder` with images, files, skipped and originals.

    Raises:
        ValueError: for a wrong shape, a missing folder, or a folder without a usable picture.
        MemoryError: when all pictures together need more memory than there is; it says how much.
    """
    shape = arrays.check_image_shape(image_shape)
    path = pathlib.Path(path)
    if path.is_file():
        raise ValueError(f"{path} is not a folder but one file; give the folder it lies in.")
    if not path.is_dir():
        raise ValueError(f"{path} is not a folder.")
    found, skipped = candidates(path)
    images = _room_for(len(found), shape)
    files, originals = [], []
    progress = _Progress(len(found))
    for number, file in enumerate(found):
        progress.tell(number)
        try:
            with _quietly_opened(file) as opened:
                original = _original(opened)
                # A JPEG can be decoded at an eighth of its size; what is left is still ample.
                opened.draft(None, (4 * max(shape[:2]),) * 2)
                picture = _upright(opened, shape[2])
            images[len(files)] = fit(picture, *shape)
            files.append(file)
            originals.append(original)
        except PIL.UnidentifiedImageError:  # its own message repeats the whole path
            empty = not file.stat().st_size
            skipped[file] = "the file is empty" if empty else "no picture that Pillow can read"
        except Exception as error:  # Pillow raises many kinds; one bad file shall stop nothing
            skipped[file] = str(error) or type(error).__name__
    if not files:
        reasons = "".join(f"\n  - {file.name}: {reason}" for file, reason in skipped.items())
        raise ValueError(
            f"{path} holds no usable picture ({', '.join(IMAGE_ENDINGS)}); "
            f"{len(skipped)} could not be read.{reasons}"
        )
    return Folder(images[: len(files)], tuple(files), skipped, tuple(originals))


def candidates(path):
    """Return the files to read, in order, and {path: reason} of those that cannot be."""
    known = set(IMAGE_ENDINGS) | (set(OTHER_ENDINGS) & set(PIL.Image.registered_extensions()))
    found, skipped = [], {}
    for file in sorted(path.rglob("*")):
        ending = file.suffix.lower()
        if ending in known and file.is_file():
            found.append(file)
        elif ending in known and file.is_symlink() and not file.exists():
            skipped[file] = "a link that leads nowhere"
        elif ending in OTHER_ENDINGS and file.is_file():
            skipped[file] = f"{ending[1:].upper()} is not supported; save it as PNG or JPEG"
    return found, skipped


def _room_for(count, shape):
    try:
        return np.empty((count, *shape), np.uint8)
    except MemoryError as error:
        gigabytes = count * np.prod(shape, dtype=float) / 1e9
        raise MemoryError(
            f"{count:,} pictures of {shape} need {gigabytes:.1f} GB of memory at once; read them "
            "smaller (image_shape), or read fewer of them."
        ) from error


class _Progress:
    """Tells on stderr how far a long read is; a short one is silent."""

    def __init__(self, total):
        self.total, self.last = total, time.monotonic()

    def tell(self, done):
        if time.monotonic() - self.last >= SECONDS_OF_SILENCE:
            self.last = time.monotonic()
            print(f"reading pictures: {done:,} of {self.total:,}", file=sys.stderr, flush=True)


def _original(opened):
    width, height = opened.size
    lies = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    if lies and opened.format != "TIFF":  # Pillow itself turns the size of a TIFF
        width, height = height, width
    mode, transparent = opened.mode, opened.has_transparency_data
    try:
        frames = getattr(opened, "n_frames", 1)  # reads on to the end of an animation
    except Exception:  # a later frame is broken: the first one may still do
        frames = 2
        opened.seek(0)
    return Original(width, height, mode, frames, transparent)


def open_picture(file, channels):
    """Return a file as a Pillow picture, upright, on white, gray (1 channel) or RGB (3)."""
    with _quietly_opened(file) as opened:
        return _upright(opened, channels)


@contextlib.contextmanager
def _quietly_opened(file):
    with warnings.catch_warnings():
        # Pillow refuses a picture of more than twice its limit before it decodes a pixel; the
        # milder warning at the limit itself would be noise here.
        warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
        with PIL.Image.open(file) as opened:
            yield opened


def _upright(opened, channels):
    picture = PIL.ImageOps.exif_transpose(opened)
    return _on_white(picture).convert("L" if channels == 1 else "RGB")


def fit(picture, height, width, channels):
    """Return the middle of a Pillow picture in the wanted shape, uint8 (H, W, C)."""
    resized = PIL.ImageOps.fit(picture, (width, height), PIL.Image.Resampling.LANCZOS)
    return np.asarray(resized, dtype=np.uint8).reshape(height, width, channels)


def _on_white(picture):
    """Return the picture without transparency and with 8 bits a channel."""
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture, dtype=np.float64)
        full = 65535.0 if picture.mode.startswith("I") else max(values.max(), 1.0)
        return PIL.Image.fromarray(np.uint8(np.clip(values / full, 0, 1) * 255.0 + 0.5))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = PIL.Image.new("RGBA", picture.size, "white")
        return PIL.Image.alpha_composite(white, picture)
    return picture
