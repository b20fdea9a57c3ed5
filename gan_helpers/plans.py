"""Size, time and settings for anyone's own pictures, each with its reason."""

import dataclasses

import numpy as np
import tensorflow as tf

from gan_helpers import arguments, data, networks, runtime  # noqa: F401  (starts TensorFlow quietly)
from gan_helpers.data import duplicates

SIDES = (32, 64, 128)  # the plan chooses among these; the networks know more
# Seconds below which a side is not worth a start. On two cores a step at 64 pixels takes about five
# times as long as at 32, and one at 128 is too slow; the limits follow from that. Nobody has
# trained so long to see. With a GPU: not measured.
LEAST_SECONDS = {"cpu": {32: 0, 64: 600, 128: np.inf}, "gpu": {32: 0, 64: 60, 128: 300}}
SECONDS = {"smoke": 4, "cpu": 120, "gpu": 300}
LARGE_ENOUGH = 0.75  # of the pictures must have the pixels of the side that is chosen
GRAY = 0.95  # of the pictures without color: then all are read as gray
COPIES = 20  # different pictures: with fewer a GAN can hardly do anything but copy
FEW = 200  # different pictures: with fewer colors are changed too
ENOUGH = 5_000  # different pictures: from here on no augmentation


@dataclasses.dataclass(frozen=True)
class Plan:
    """What `suggest` chose, and why; print it to read it.

    Attributes:
        image_shape: (H, W, C), for `gh.data.folder(path, plan.image_shape)`.
        options: the arguments of `gh.quick_gan` besides the pictures: seconds, augment, batch_size.
        reasons: {what was chosen: why}.
    """

    image_shape: tuple
    options: dict
    reasons: dict

    def __str__(self):
        return "\n".join(f"{what}: {why}" for what, why in self.reasons.items())


def suggest(pictures, seconds=None, side=None, profile=None):
    """Choose size, channels, training time, augmentation and batch for pictures of your own.

        found = gh.data.folder(path)
        plan = gh.recipes.suggest(found)
        photos = gh.data.folder(path, plan.image_shape)
        gan = gh.quick_gan(photos.images, **plan.options)

    Args:
        pictures: a `gh.data.Folder`, whose files' sizes are known; or uint8 (N, H, W, C), whose
            size stays.
        seconds: training time; None takes what suits the profile.
        side: pixels, when you know better: one of `gh.networks.FIRST_SIDE`.
        profile: "smoke", "cpu" or "gpu"; None is "gpu" where TensorFlow sees one, "cpu" where not.

    Returns:
        A `Plan`.

    Raises:
        ValueError: for what are no pictures, or an argument out of range.
    """
    profile = profile or ("gpu" if tf.config.list_physical_devices("GPU") else "cpu")
    if profile not in SECONDS:
        raise ValueError(f"profile is {profile!r}; allowed are {', '.join(SECONDS)}.")
    if seconds is not None:
        arguments.number("seconds", seconds, above=0)
    if side is not None and side not in networks.FIRST_SIDE:
        allowed = ", ".join(map(str, networks.FIRST_SIDE))
        raise ValueError(f"side is {side!r}; allowed are {allowed}.")
    images = pictures.images if isinstance(pictures, data.Folder) else pictures
    images = data.check_images(images, "pictures")
    reasons = {}
    if seconds is None:
        seconds = SECONDS[profile]
        reasons["time"] = f"{seconds} s, the custom of the profile {profile}. More is better."
    else:
        reasons["time"] = f"{seconds:g} s, as you wish."
    side, reasons["size"] = _side(pictures, images, seconds, side, profile)
    channels, reasons["channels"] = _channels(images)
    different = len(images) - sum(len(group) - 1 for group in duplicates.near(images))
    augment, reasons["augmentation"] = _augmentation(different, channels)
    batch_size = min(128 if profile == "gpu" else 32, len(images))
    reasons["batch"] = f"{batch_size} pictures a step" + (
        ", all there are."
        if batch_size == len(images)
        else f", the custom of the profile {profile}."
    )
    reasons["to expect"] = _expectation(different)
    options = {"seconds": seconds, "augment": augment, "batch_size": batch_size}
    return Plan((side, side, channels), options, reasons)


def _side(pictures, images, seconds, side, profile):
    """Return the side and why it was chosen."""
    height, width = images.shape[1:3]
    if side is not None:
        return side, f"{side} x {side} pixels, as you wish."
    if not getattr(pictures, "originals", ()):
        if height != width or height not in networks.FIRST_SIDE:
            raise ValueError(
                f"pictures are {height} x {width}; an array keeps its size, which must be a square "
                f"of {', '.join(map(str, networks.FIRST_SIDE))} pixels. Give the Folder from "
                "gh.data.folder(path) instead."
            )
        return height, f"{height} x {width} pixels, as given."
    shorter = np.array([min(entry.width, entry.height) for entry in pictures.originals])
    least = LEAST_SECONDS["gpu" if profile == "gpu" else "cpu"]
    sharp = [s for s in SIDES if np.mean(shorter >= s) >= LARGE_ENOUGH]
    if not sharp:
        return SIDES[0], (
            f"{SIDES[0]} x {SIDES[0]} pixels, the smallest, though only "
            f"{100 * np.mean(shorter >= SIDES[0]):.0f} % of the files have so many: the others are "
            "enlarged, and the GAN will learn their blur."
        )
    chosen = max(s for s in sharp if s == SIDES[0] or seconds >= least[s])
    reason = f"{chosen} x {chosen} pixels. "
    larger = [s for s in SIDES if s > chosen]
    if not larger:
        reason += "More is not supported."
    elif larger[0] not in sharp:
        reason += (
            f"Only {100 * np.mean(shorter >= larger[0]):.0f} % of the files have {larger[0]}: the "
            "others would be enlarged, and blurred by it."
        )
    elif np.isinf(least[larger[0]]):
        reason += f"The files would do for {larger[0]}, but that needs a GPU."
    else:
        reason += (
            f"The files would do for {larger[0]}, but a step costs about five times as much; give "
            f"it {least[larger[0]]:.0f} s or more."
        )
    return chosen, reason


def _channels(images):
    """Return 1 or 3, and why."""
    spread = images.max(axis=-1).astype(np.int16) - images.min(axis=-1)
    colorless = float(np.mean(spread.max(axis=(1, 2)) <= 4))
    if images.shape[-1] == 1 or colorless == 1.0:
        return 1, "gray: no picture has color."
    if colorless >= GRAY:
        return 1, f"gray: {100 * colorless:.0f} % of the pictures have no color."
    return 3, f"color: {100 * (1 - colorless):.0f} % of the pictures have some."


def _augmentation(different, channels):
    """Return the names of random changes, and why."""
    if different >= ENOUGH:
        return (), f"none: {different:,} different pictures are hard to learn by heart."
    names, changes = ("translation",), "at changing places"
    if different < FEW and channels == 3:
        names += ("brightness", "saturation", "contrast")
        changes += " and in changing colors"
    return names, (
        f"{', '.join(names)}: of {different:,} different pictures a discriminator would learn each "
        f"by heart, so it sees them {changes}. Nothing is mirrored: letters, hands and faces have "
        "sides."
    )


def _expectation(different):
    if different == 1:
        return "a copy: from one picture there is nothing else to learn."
    if different < COPIES:
        return f"copies and mixtures of these {different} pictures; for more, add pictures."
    return "look for copies before you show a result (gh.evaluation.memorization)."
