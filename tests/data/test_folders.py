"""Folders of pictures of every kind, broken ones among them."""

import io
import pathlib
import zlib

import numpy as np
import PIL.Image
import pytest

from gan_helpers import data

RED, WHITE = (255, 0, 0), (255, 255, 255)


def plain(color=RED, size=(40, 30), mode="RGB"):
    return PIL.Image.new(mode, size, color)


def png_bytes(size=(40, 30)):
    """Return a PNG of noise, which does not compress, so that a part of it is missed."""
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    content = io.BytesIO()
    PIL.Image.fromarray(pixels).save(content, "png")
    return content.getvalue()


def only(folder, image_shape=(8, 8, 3)):
    """Read a folder with one picture and return that, uint8 (H, W, C)."""
    found = data.folder(folder, image_shape)
    assert len(found.images) == 1 and found.skipped == {}
    return found.images[0]


# ---- kinds of pictures ---------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["png", "jpg", "JPEG", "bmp", "gif", "webp", "tif", "TIFF"])
def test_every_listed_format_is_read(tmp_path, ending):
    plain().save(tmp_path / f"picture.{ending}")
    picture = only(tmp_path)
    assert picture.shape == (8, 8, 3) and picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - RED).max() <= 3  # JPEG is a little off


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("L", 100, (100, 100, 100)),
        ("1", 1, WHITE),
        ("RGB", (10, 200, 30), (10, 200, 30)),
        ("P", 0, (0, 0, 0)),
        ("CMYK", (0, 255, 255, 0), RED),
        ("LA", (100, 255), (100, 100, 100)),
        ("LA", (100, 0), WHITE),
        ("RGBA", (*RED, 255), RED),
        ("RGBA", (*RED, 0), WHITE),
        ("RGBA", (0, 0, 0, 51), (204, 204, 204)),
        ("I;16", 65535, WHITE),
        ("I;16", 25700, (100, 100, 100)),
        ("I", 25700, (100, 100, 100)),
        ("F", 1.0, WHITE),
        ("F", 0.0, (0, 0, 0)),
    ],
)
def test_every_mode_becomes_gray_or_color(tmp_path, mode, color, expected, channels):
    plain(color, mode=mode).save(tmp_path / "picture.tif")
    picture = only(tmp_path, (8, 8, channels))
    if channels == 1:
        expected = np.dot(expected, (0.299, 0.587, 0.114))
    assert np.abs(picture.astype(float) - expected).max() <= 1.0


def test_palette_with_a_transparent_entry_lies_on_white(tmp_path):
    picture = PIL.Image.new("P", (40, 30), 0)
    picture.putpalette([0, 0, 255, 255, 0, 0])
    picture.paste(1, (0, 0, 20, 30))
    picture.save(tmp_path / "picture.png", transparency=0)
    read = only(tmp_path, (30, 40, 3))
    assert tuple(read[15, 5]) == RED
    assert tuple(read[15, 35]) == WHITE


def test_sixteen_bits_keep_their_order(tmp_path):
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    PIL.Image.fromarray(ramp).save(tmp_path / "picture.png")
    read = only(tmp_path, (64, 64, 1))[..., 0].astype(int)
    assert (read.min(), read.max()) == (0, 255)
    assert np.abs(read - ramp / 257).max() <= 1.0


def test_a_phone_held_sideways_is_turned_upright(tmp_path):
    picture = plain(WHITE, (40, 40))
    picture.paste(RED, (0, 0, 40, 20))  # the upper half is red
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # "turn me clockwise by 90 degrees"
    picture.rotate(90).save(tmp_path / "picture.png", exif=exif)
    read = only(tmp_path, (40, 40, 3))
    assert tuple(read[5, 20]) == RED and tuple(read[35, 20]) == WHITE


@pytest.mark.parametrize("ending", ["jpg", "png", "tiff"])
def test_sizes_are_told_upright(tmp_path, ending):
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    plain(WHITE, (90, 40)).save(tmp_path / f"picture.{ending}", exif=exif)
    (original,) = data.folder(tmp_path, (32, 32, 3)).originals
    assert (original.width, original.height) == (40, 90)


def test_the_first_frame_of_an_animation_counts(tmp_path):
    frames = [plain(color) for color in (RED, WHITE, (0, 0, 255))]
    frames[0].save(tmp_path / "picture.gif", save_all=True, append_images=frames[1:])
    assert tuple(only(tmp_path)[4, 4]) == RED


def test_mixed_sizes_are_cut_to_the_middle_not_squeezed(tmp_path):
    wide = plain(WHITE, (90, 30))
    wide.paste(RED, (30, 0, 60, 30))
    wide.save(tmp_path / "wide.png")
    wide.transpose(PIL.Image.Transpose.ROTATE_90).save(tmp_path / "high.png")
    plain(RED, (1, 1)).save(tmp_path / "dot.png")
    found = data.folder(tmp_path, (10, 10, 3))
    assert found.images.shape == (3, 10, 10, 3)
    # White from just outside the cut shines in at the edge a little: Lanczos looks that far.
    off = np.abs(found.images.astype(int) - RED)
    assert off.max() <= 20 and off[:, 2:-2, 2:-2].max() <= 1


def test_a_large_jpeg_is_as_sharp_as_a_png(tmp_path):
    """It may be decoded at a part of its size, but not below what is wanted."""
    blocks = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    large = PIL.Image.fromarray(blocks.repeat(8, axis=0).repeat(8, axis=1))
    read = {}
    for ending in ("png", "jpg"):
        (tmp_path / ending).mkdir()
        large.save(tmp_path / ending / f"picture.{ending}", quality=95)
        read[ending] = only(tmp_path / ending, (64, 64, 1)).astype(int)
    assert np.abs(read["jpg"] - read["png"]).mean() < 4


def test_height_comes_before_width(tmp_path):
    plain().save(tmp_path / "picture.png")
    assert only(tmp_path, (12, 20, 1)).shape == (12, 20, 1)


# ---- names and folders ---------------------------------------------------------------------------


def test_names_with_spaces_and_from_all_over_the_world_in_their_order(tmp_path):
    names = ["a b.png", "deep/er/ü ñ.PNG", "猫 и кот.jpg", "zebra.png"]
    for name in reversed(names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        plain().save(tmp_path / name)
    found = data.folder(str(tmp_path))
    assert set(found.files) == {tmp_path / name for name in names}
    assert list(found.files) == sorted(found.files)
    assert found.images.shape == (4, 64, 64, 3)


def test_other_files_and_folders_that_look_like_pictures_are_no_matter(tmp_path):
    plain().save(tmp_path / "picture.png")
    (tmp_path / "notes.txt").write_text("not a picture, and not called one")
    (tmp_path / "album.png").mkdir()
    found = data.folder(tmp_path)
    assert found.files == (tmp_path / "picture.png",)
    assert found.skipped == {}


def test_pictures_go_straight_into_report_and_pipeline(tmp_path):
    for number in range(4):
        plain((number, 0, 0)).save(tmp_path / f"{number}.png")
    found = data.folder(tmp_path, (32, 32, 3))
    assert data.report(found.images).duplicates == 0
    batch = next(iter(data.pipeline(found.images, batch_size=4)))
    assert batch.shape == (4, 32, 32, 3)


# ---- broken files --------------------------------------------------------------------------------


def header_that_claims(width, height):
    """Return a PNG of a few bytes whose header says that it is huge."""
    content = png_bytes()
    header = content[12:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + content[24:29]
    return content[:12] + header + zlib.crc32(header).to_bytes(4, "big") + content[33:]


def corrupted():
    """Return a PNG with wrong bytes in the middle of its pixels."""
    content = png_bytes()
    return content[:200] + bytes(100) + content[300:]


BROKEN = {
    "empty.png": (b"", "empty"),
    "text.jpg": (b"this is not a picture", "no picture"),
    "truncated.png": (png_bytes()[:1500], "truncated"),
    "only its head.png": (png_bytes()[:20], ""),
    "corrupted.png": (corrupted(), ""),
    "huge.png": (header_that_claims(31_623, 31_623), "exceeds limit|decompression bomb"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_skipped_with_its_reason(tmp_path, name):
    content, reason = BROKEN[name]
    (tmp_path / name).write_bytes(content)
    plain().save(tmp_path / "good.png")
    found = data.folder(tmp_path)
    assert found.files == (tmp_path / "good.png",)
    assert list(found.skipped) == [tmp_path / name]
    (said,) = found.skipped.values()
    assert said and (not reason or any(part in said for part in reason.split("|")))
    assert str(tmp_path) not in str(found)
    assert f"skipped {name}: {said}" in str(found)


def test_a_huge_claim_is_refused_before_anything_is_decoded(tmp_path, monkeypatch):
    def decoded(*_):
        raise AssertionError("the pixels were decoded")

    (tmp_path / "huge.png").write_bytes(header_that_claims(31_623, 31_623))
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
    with pytest.raises(ValueError, match=r"huge\.png: Image size \(1000014129 pixels\)"):
        data.folder(tmp_path)


def test_a_truncated_jpeg_is_skipped(tmp_path):
    content = io.BytesIO()
    PIL.Image.open(io.BytesIO(png_bytes())).save(content, "jpeg")
    (tmp_path / "half.jpg").write_bytes(content.getvalue()[:700])
    plain().save(tmp_path / "good.png")
    assert [path.name for path in data.folder(tmp_path).skipped] == ["half.jpg"]


def test_a_good_folder_says_how_many(tmp_path):
    plain().save(tmp_path / "good.png")
    assert str(data.folder(tmp_path, (8, 8, 1))) == "1 pictures of shape (8, 8, 1)"


# ---- arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 4), (0, 8, 3), 8, None])
def test_a_wrong_shape_is_refused_before_anything_is_read(shape):
    with pytest.raises(ValueError, match=r"image_shape is .*expected \(height, width, channels\)"):
        data.folder("there is no such folder", shape)


def test_a_missing_folder_and_a_file_are_refused(tmp_path):
    file = tmp_path / "picture.png"
    plain().save(file)
    for path in (tmp_path / "missing", file):
        with pytest.raises(ValueError, match=f"{path.name} is not a folder"):
            data.folder(path)


def test_a_folder_without_a_usable_picture_says_why(tmp_path):
    with pytest.raises(ValueError, match=r"no usable picture \(\.png, .*\); 0 could not be read"):
        data.folder(tmp_path)
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(
        ValueError, match=r"1 could not be read\.\n  - empty\.png: the file is empt"
    ):
        data.folder(pathlib.Path(tmp_path))
