"""Your own pairs of pictures: side by side in one file, or in two folders."""

import collections
import dataclasses
import pathlib

import numpy as np
import PIL.Image
import PIL.ImageOps

from gan_helpers.data import arrays, folders

# Two pictures of a pair may differ so much in width divided by height: rounding, not another cut.
_SAME_ASPECT = 1.02


@dataclasses.dataclass(frozen=True)
class Pairs:
    """Pairs of pictures read from one or two folders.

    Attributes:
        sources, targets: uint8 (N, H, W, C), in the same order.
        files: N tuples of the paths that a pair came from, one or two.
        skipped: {path: reason} of what looked like a picture and is in no pair.
    """

    sources: np.ndarray
    targets: np.ndarray
    files: tuple
    skipped: dict

    def __str__(self):
        lines = [f"{len(self.files)} pairs of shape {self.sources.shape[1:]}"]
        lines += [f"skipped {path.name}: {reason}" for path, reason in self.skipped.items()]
        return "\n".join(lines)


def folder_of_pairs(path, targets=None, image_shape=(64, 64, 3), source_side="left"):
    """Read pairs of pictures, brought to one shape, and report what has no partner.

    With one folder, each file holds both pictures side by side, each half as wide as the file.
    With two, a picture belongs to the one that has the same name (without its ending) in the same
    subfolder of the other. Files are read as `gh.data.folder` reads them; both pictures of a pair
    must have one shape, or they would be cut differently.

    Args:
        path: folder of the pictures side by side; or of the sources.
        targets: folder of the targets; None for pictures side by side.
        image_shape: (height, width, channels) of one picture, channels 1 or 3.
        source_side: "left" or "right", where pictures stand side by side.

    Returns:
        `Pairs` with sources, targets, files and skipped.

    Raises:
        ValueError: for a wrong shape or side, a missing folder, or folders without a single pair.
    """
    shape = arrays.check_image_shape(image_shape)
    if source_side not in ("left", "right"):
        raise ValueError(f"source_side is {source_side!r}; allowed are left, right.")
    roots = [pathlib.Path(folder) for folder in (path, targets) if folder is not None]
    for root in roots:
        if not root.is_dir():
            raise ValueError(f"{root} is not a folder.")
    if targets is None:
        found, skipped = folders.candidates(roots[0])
        matched = [(file,) for file in found]
    elif roots[0].resolve() == roots[1].resolve():
        raise ValueError(f"sources and targets are the same folder, {roots[0]}.")
    else:
        matched, skipped = _match(*roots)
    pairs, files = [], []
    for names in matched:
        try:
            pairs.append(
                _read_halves(*names, shape, source_side)
                if len(names) == 1
                else _read_two(*names, shape)
            )
            files.append(names)
        except Exception as error:  # one bad file shall stop nothing
            skipped[getattr(error, "file", names[0])] = _reason(error, names)
    if not files:
        reasons = "".join(f"\n  - {file.name}: {reason}" for file, reason in skipped.items())
        raise ValueError(
            f"{' and '.join(map(str, roots))} hold no usable pair; {len(skipped)} pictures could "
            f"not be used.{reasons}"
        )
    read_sources, read_targets = (np.stack(side) for side in zip(*pairs, strict=True))
    return Pairs(read_sources, read_targets, tuple(files), skipped)


def _match(sources, targets):
    """Return [(source, target)] of equal names, and {path: reason} of the rest."""
    by_name = [collections.defaultdict(list) for _ in range(2)]
    matched, skipped = [], {}
    for root, found in zip((sources, targets), by_name, strict=True):
        files, unusable = folders.candidates(root)
        skipped |= unusable
        for file in files:
            found[file.relative_to(root).with_suffix("")].append(file)
    for name in sorted(by_name[0].keys() | by_name[1].keys()):
        here, there = (found.get(name, []) for found in by_name)
        if len(here) == len(there) == 1:
            matched.append((here[0], there[0]))
        elif not here or not there:
            other = (sources if not here else targets).name
            skipped |= dict.fromkeys(here + there, f"no {name.as_posix()} in {other}")
        else:
            reason = "several pictures of this name; which of them are a pair?"
            skipped |= dict.fromkeys(here + there, reason)
    return matched, skipped


def _read_two(source, target, shape):
    pictures = []
    for file in (source, target):
        try:
            pictures.append(folders.open_picture(file, shape[2]))
        except Exception as error:
            error.file = file  # the one to blame
            raise
    aspects = [picture.width / picture.height for picture in pictures]
    if max(aspects) > _SAME_ASPECT * min(aspects):
        sizes = " and ".join(f"{picture.width} x {picture.height}" for picture in pictures)
        raise ValueError(f"the two are {sizes} pixels, which would be cut differently")
    return [folders.fit(picture, *shape) for picture in pictures]


def _read_halves(file, shape, source_side):
    picture = folders.open_picture(file, shape[2])
    if picture.width < 2 or picture.width % 2:
        raise ValueError(
            f"{picture.width} pixels wide; two pictures side by side need an even width"
        )
    middle = picture.width // 2
    boxes = [(0, 0, middle, picture.height), (middle, 0, picture.width, picture.height)]
    halves = [folders.fit(picture.crop(box), *shape) for box in boxes]
    return halves if source_side == "left" else halves[::-1]


def _reason(error, names):
    if isinstance(error, PIL.UnidentifiedImageError):  # its own message repeats the whole path
        empty = [file.name for file in names if not file.stat().st_size]
        return f"{empty[0]} is empty" if empty else "no picture that Pillow can read"
    return str(error) or type(error).__name__
