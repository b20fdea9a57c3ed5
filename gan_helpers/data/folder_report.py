"""What a folder of pictures is made of, before anyone trains on it."""

import collections
import dataclasses

import numpy as np

from gan_helpers.data import duplicates

MUCH = 0.25  # of a picture: so much cut off is worth a look
COLORLESS = 4  # gray levels by which the channels of a gray picture may differ (JPEG does that)
NAMED = 5  # files named in a line before it says "and so many more"


@dataclasses.dataclass(frozen=True)
class FolderReport:
    """What a folder holds; print it to read it.

    Attributes:
        shape: (N, H, W, C), as read.
        sizes: {(width, height): how many files}, the most frequent first.
        shorter_sides: int (N,), pixels of each file's shorter side.
        smaller: positions of pictures that had to be enlarged: fewer pixels than wanted.
        cut: positions of pictures of which more than a quarter was cut off.
        modes: {Pillow's pixel format: how many files}.
        gray: how many pictures have no color, whatever their format.
        animated: positions of files with more than one frame: animations, or photographs with
            which a phone stores a second picture.
        transparent: positions of such pictures.
        exact_duplicates, near_duplicates: groups of positions; the near include the exact.
        skipped: {path: reason}.
        files: the N paths.
    """

    shape: tuple
    sizes: dict
    shorter_sides: np.ndarray
    smaller: tuple
    cut: tuple
    modes: dict
    gray: int
    animated: tuple
    transparent: tuple
    exact_duplicates: tuple
    near_duplicates: tuple
    skipped: dict
    files: tuple

    @property
    def different(self):
        """How many pictures are left when each group of near duplicates counts once."""
        return self.shape[0] - sum(len(group) - 1 for group in self.near_duplicates)

    def __str__(self):
        count, height, width, _ = self.shape
        modes = ", ".join(f"{number:,} {mode}" for mode, number in self.modes.items())
        lines = [
            f"{count:,} pictures, {self.different:,} of them different",
            f"sizes: {_sizes(self.sizes)}; shorter side from {self.shorter_sides.min():,} to "
            f"{self.shorter_sides.max():,} pixels, half have {np.median(self.shorter_sides):,.0f} "
            "or more",
            f"formats of pixels: {modes}; without color: {self.gray:,}",
            self._line(f"smaller than {width} x {height} (enlarged, so blurred)", self.smaller),
            self._line("more than a quarter cut off", self.cut),
            self._line("several frames (first one taken)", self.animated),
            self._line("transparent (laid on white)", self.transparent),
            self._groups("equal", self.exact_duplicates),
            self._groups("equal or nearly so", self.near_duplicates),
            f"skipped: {len(self.skipped):,}",
        ]
        skipped = list(self.skipped.items())
        lines += [f"  {path.name}: {reason}" for path, reason in skipped[: 2 * NAMED]]
        if len(skipped) > 2 * NAMED:
            lines.append(f"  and {len(skipped) - 2 * NAMED:,} more: see .skipped")
        return "\n".join(lines)

    def _line(self, what, numbers):
        return f"{what}: {len(numbers):,}{self._names(numbers)}"

    def _groups(self, what, groups):
        names = [" = ".join(self.files[n].name for n in group[:3]) for group in groups[:NAMED]]
        more = f" and {len(groups) - NAMED:,} more groups" if len(groups) > NAMED else ""
        text = f" ({'; '.join(names)}{more})" if groups else ""
        return f"groups of pictures that are {what}: {len(groups):,}{text}"

    def _names(self, numbers):
        if not numbers:
            return ""
        names = ", ".join(self.files[n].name for n in numbers[:NAMED])
        more = f" and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else ""
        return f" ({names}{more})"


def report(folder):
    """Return a `FolderReport` on a `Folder` that `gh.data.folder` has read.

    Raises:
        ValueError: when the folder does not say what its files were before they were resized.
    """
    if len(folder.originals) != len(folder.files):
        raise ValueError("this Folder has no originals; read it with gh.data.folder(path).")
    height, width = folder.images.shape[1:3]
    originals = folder.originals
    return FolderReport(
        shape=folder.images.shape,
        sizes=dict(collections.Counter((o.width, o.height) for o in originals).most_common()),
        shorter_sides=np.array([min(o.width, o.height) for o in originals]),
        smaller=_where(o.width < width or o.height < height for o in originals),
        cut=_where(_share_cut(o, width / height) > MUCH for o in originals),
        modes=dict(collections.Counter(o.mode for o in originals).most_common()),
        gray=sum(_is_gray(picture) for picture in folder.images),
        animated=_where(o.frames > 1 for o in originals),
        transparent=_where(o.transparent for o in originals),
        exact_duplicates=duplicates.exact(folder.images),
        near_duplicates=duplicates.near(folder.images),
        skipped=dict(folder.skipped),
        files=folder.files,
    )


def _where(conditions):
    return tuple(number for number, condition in enumerate(conditions) if condition)


def _share_cut(original, aspect):
    """Return the share of a picture that falls away when it is cut to width / height = aspect."""
    own = original.width / original.height
    return 1.0 - min(own / aspect, aspect / own)


def _is_gray(picture):
    channels = picture.astype(np.int16)
    return np.abs(channels - channels[..., :1]).max() <= COLORLESS


def _sizes(sizes):
    if len(sizes) > 3:
        return f"{len(sizes):,} different ones"
    return ", ".join(f"{number:,} of {w} x {h}" for (w, h), number in sizes.items())
