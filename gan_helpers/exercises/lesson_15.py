"""Checks of lesson 15: near duplicates, the test for copies, and plans; and a folder to try."""

import pathlib

import numpy as np
import PIL.Image

from gan_helpers.exercises import checking

# --- A folder as people have them ----------------------------------------------------------------


def make_folder(pictures, folder, seed=0):
    """Write pictures as files, with the accidents of a real folder among them.

    Besides the pictures as PNG files there come: the first one in gray, in CMYK, as an animation
    and half transparent, all cut to other parts or sizes; three saved again as small or as strongly
    compressed JPEG files; an empty file, a broken one and a text called .jpg; a HEIC file.

    Args:
        pictures: uint8 (N, H, W, 3), N from 20 on.
        folder: where to; it is made when missing. Files of the same names are replaced.
        seed: of nothing but the choice of accidents' pictures.

    Returns:
        The folder as a path.
    """
    folder = pathlib.Path(folder)
    for part in ("", "summer 2019", "Ansichten für später"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures):
        part = ("", "summer 2019", "Ansichten für später")[number % 3]
        PIL.Image.fromarray(picture).save(folder / part / f"picture {number:03}.png")
    chosen = np.random.default_rng(seed).choice(len(pictures), 8, replace=False)
    some = [PIL.Image.fromarray(pictures[number]) for number in chosen]
    height, width = pictures.shape[1:3]
    for number in range(3):  # the same again
        name = folder / f"picture {chosen[number]:03} (copy).jpg"
        some[number].save(name, quality=(95, 80, 60)[number])
    part = (width // 8, height // 8, width, height)  # other parts, or they would be copies too
    some[3].crop(part).convert("L").save(folder / "häuser, grau.png")
    some[4].crop(part).convert("CMYK").save(folder / "for print.jpg")
    frames = [some[5].crop(part), some[6], some[7]]
    frames[0].save(folder / "moving.gif", save_all=True, append_images=frames[1:], duration=300)
    see_through = some[6].crop(part).convert("RGBA")
    see_through.putalpha(PIL.Image.linear_gradient("L").resize(see_through.size))
    see_through.save(folder / "see-through.png")
    some[7].crop((0, 0, width // 3, height // 6)).save(folder / "tiny.png")
    whole = (folder / "picture 000.png").read_bytes()
    (folder / "broken.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "notes.jpg").write_text("a text that somebody called .jpg")
    (folder / "from a phone.heic").write_bytes(bytes(100))
    return folder


# --- Exercise 1: near duplicates -----------------------------------------------------------------


@checking.check
def check_near_duplicates(near_duplicates):
    """`near_duplicates(thumbnails, limit)` returns the pairs (i, j), i < j, that are alike."""
    thumbnails = _alike_thumbnails()
    for limit in (5, 20, 2):
        found = checking.call(near_duplicates, thumbnails.copy(), limit)
        try:
            pairs = [(int(i), int(j)) for i, j in found]
        except (TypeError, ValueError) as error:
            raise checking.Wrong(
                f"the result is {found!r:.60}; expected a list of pairs (i, j)."
            ) from error
        checking.expect(
            not any(i == j for i, j in pairs), "a picture is paired with itself; only i < j counts."
        )
        checking.expect(
            not any(i > j for i, j in pairs),
            "a pair comes with the larger number first; give i < j.",
        )
        checking.expect(len(set(pairs)) == len(pairs), "a pair comes twice; give each once.")
        extra = sorted(set(pairs) - set(ALIKE))
        checking.expect(
            not extra,
            f"{len(extra)} other pairs are found, such as {extra[:1]}. Compare the root of the "
            "mean *square* with the limit: plain differences cancel out.",
        )
        for pair, (difference, missed, wrong) in ALIKE.items():
            sentence = missed if difference < limit else wrong
            if limit != 5:
                sentence = f"with the limit {limit}: {pair} differ by {difference:.3g}. Compare "
                sentence += "with `limit`."
            checking.expect((pair in pairs) == (difference < limit), sentence)
    return "equal pictures and nearly equal ones, each pair once."


# The pairs that are alike by construction: d, what to say when the limit 5 misses them, and when
# it takes them although d is larger.
ALIKE = {
    (2, 5): (0.0, "2 and 5 are equal and are not found.", ""),
    (4, 9): (
        3.0,
        "4 and 9 differ by 3 in every number, so d is 3, and they are not found. Take the mean of "
        "the squares and then its root, or it is 9; and subtract floats: in uint8, 5 - 8 is 253.",
        "",
    ),
    (1, 7): (
        3.75,
        "1 and 7 differ in one pixel alone, by 60, so d is 3.75, and they are not found. The "
        "largest difference is not what counts, but the root of the mean square.",
        "",
    ),
    (0, 11): (
        16.0,
        "",
        "0 and 11 differ by 16 gray levels everywhere and are paired. In uint8 16 squared is 256, "
        "which wraps around to 0: turn the thumbnails into floats first.",
    ),
    (3, 8): (
        9.19,
        "",
        "3 and 8 differ by 60 in six of 256 pixels, so d is 9.2, and they are paired. A mean of "
        "absolute differences overlooks a small part that is different: square before the mean.",
    ),
}


def _alike_thumbnails():
    """Return uint8 (12, 16, 16, 3), noise but for the pairs in `ALIKE`."""
    random = np.random.default_rng(0)
    thumbnails = random.integers(16, 190, (12, 16, 16, 3)).astype(np.uint8)
    for i, j in ALIKE:
        thumbnails[j] = thumbnails[i]
    thumbnails[9] += 3
    thumbnails[7, 5, 5] += 60
    thumbnails[8, 3:5, 3:6] += 60
    thumbnails[11] -= 16
    return thumbnails


# --- Exercise 2: copies --------------------------------------------------------------------------


@checking.check
def check_share_of_close(share_of_close):
    """`share_of_close(fake, held_out, quantile)`: fakes nearer than that quantile of held-out."""
    random = np.random.default_rng(1)
    for count, quantile in ((200, 0.05), (80, 0.1)):
        held_out = random.gamma(4.0, 1.0, 120)
        fake = np.concatenate([random.gamma(4.0, 0.9, count - 20), random.uniform(0, 0.4, 20)])
        found = checking.call(share_of_close, fake, held_out, quantile)
        checking.expect(
            np.ndim(found) == 0, f"the result has the shape {np.shape(found)}; expected one number."
        )
        limit = np.quantile(held_out, quantile)
        right = np.mean(fake < limit)
        if abs(float(found) - right) < 1e-9:
            continue
        for value, sentence in (
            (np.sum(fake < limit), "this is a number of fakes; divide by how many there are."),
            (np.mean(fake > limit), "these are the far ones; count fakes below the limit."),
            (
                np.mean(held_out < np.quantile(fake, quantile)),
                "the sides are exchanged: the limit comes from the held-out pictures.",
            ),
            (
                np.mean(fake < quantile),
                "the quantile is a share, not a distance: np.quantile(held_out, quantile).",
            ),
            (limit, "this is the limit; count how many fakes lie below it."),
        ):
            checking.expect(abs(float(found) - value) > 1e-9, sentence)
        raise checking.Wrong(f"the share is {float(found):.3f}; expected {right:.3f}.")
    return "about the quantile for a GAN that invents, near 1 for one that copies."


# --- Exercise 3: three folders -------------------------------------------------------------------

FOLDERS = {
    "A": "14 photographs of one dog, 4,000 x 3,000 pixels; two cores, two minutes",
    "B": "600 drawings, 48 x 48 pixels; two cores, ten minutes",
    "C": "30,000 photographs, 300 x 200 pixels; a GPU, an hour",
}
ADVICE = {"A": "more pictures", "B": "32 px, augmented", "C": "128 px, not augmented"}
NOT_THIS = {
    ("A", "32 px, augmented"): "A: augmentation changes pictures, it makes no new dogs. From 14 "
    "pictures a GAN learns these 14.",
    ("A", "128 px, not augmented"): "A: large files are no help where there are 14 of them, and "
    "two cores are far too slow for 128 pixels.",
    ("B", "more pictures"): "B: more is better, but 600 will do for a first GAN.",
    ("B", "128 px, not augmented"): "B: the drawings have 48 pixels: enlarged to 128 they are "
    "blurred, and that is what the GAN would learn.",
    ("C", "more pictures"): "C: 30,000 are plenty.",
    ("C", "32 px, augmented"): "C: there are pixels, pictures and time enough for 128, and 30,000 "
    "pictures are hard to learn by heart.",
}


@checking.check
def check_advice(advice):
    """Check a dict from "A" to "C" to what is best for each folder of `FOLDERS`."""
    checking.expect_kinds(advice, ADVICE, ADVICE.values(), NOT_THIS)
    return "the files set the size, their number the augmentation, the machine the time."
