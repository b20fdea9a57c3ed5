"""Your own pictures: any size, any mode, bad files among them."""

import dataclasses
import pathlib
import warnings

import numpy as np
import PIL.Image
import PIL.ImageOps

from gan_helpers.data import arrays

IMAGE_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")


@dataclasses.dataclass(frozen=True)
class Folder:
    """Pictures read from a folder.

    Attributes:
        images: uint8 (N, H, W, C).
        files: the N paths, in the same order.
        skipped: {path: reason} of what looked like a picture and could not be used.
    """

    images: np.ndarray
    files: tuple
    skipped: dict

    def __str__(self):
        lines = [f"{len(self.files)} pictures of shape {self.images.shape[1:]}"]
        lines += [f"skipped {path.name}: {reason}" for path, reason in self.skipped.items()]
        return "\n".join(lines)


def folder(path, image_shape=(64, 64, 3)):
    """Read all pictures below a folder, brought to one shape.

    Each picture is turned upright by its EXIF tag, laid on white where it is transparent, cut to
    the middle of the wanted aspect and resized (Lanczos). Of an animation the first frame counts.
    What cannot be read, or has more pixels than Pillow's safety limit, is skipped and listed.

    Args:
        path: the folder; subfolders are read too, in the order of their names.
        image_shape: (height, width, channels), channels 1 (gray) or 3 (RGB).

    Returns:
        A `Folder` with images, files and skipped.

    Raises:
        ValueError: for a wrong shape, a missing folder, or a folder without a usable picture.
    """
    height, width, channels = arrays.check_image_shape(image_shape)
    path = pathlib.Path(path)
    if not path.is_dir():
        raise ValueError(f"{path} is not a folder.")
    candidates = sorted(
        p for p in path.rglob("*") if p.suffix.lower() in IMAGE_ENDINGS and p.is_file()
    )
    images, files, skipped = [], [], {}
    for file in candidates:
        try:
            images.append(_read_picture(file, height, width, channels))
            files.append(file)
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
    return Folder(np.stack(images), tuple(files), skipped)


def _read_picture(file, height, width, channels):
    return fit(open_picture(file, channels), height, width, channels)


def open_picture(file, channels):
    """Return a file as a Pillow picture, upright, on white, gray (1 channel) or RGB (3)."""
    with warnings.catch_warnings():
        # Pillow refuses a picture of more than twice its limit before it decodes a pixel; the
        # milder warning at the limit itself would be noise here.
        warnings.simplefilter("ignore", PIL.Image.DecompressionBombWarning)
        with PIL.Image.open(file) as opened:
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
