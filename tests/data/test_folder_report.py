"""The report on a folder, duplicates, sides to train on and to hold out, and long reads."""

import os

import numpy as np
import PIL.Image
import pytest

from gan_helpers import data
from gan_helpers.data import duplicates, folders
from gan_helpers.exercises import lesson_15


def photo(seed, size=(48, 40)):
    """Return a smooth random picture, so that what is shrunk or compressed stays alike."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return PIL.Image.fromarray(coarse).resize(size, PIL.Image.Resampling.BICUBIC)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with one picture of each kind, named after it."""
    photo(0).save(tmp_path / "a plain.png")
    photo(0).save(tmp_path / "b same.png")
    photo(0, (96, 80)).save(tmp_path / "c nearly.jpg", quality=90)
    photo(1).convert("L").save(tmp_path / "d gray.png")
    photo(2).convert("CMYK").save(tmp_path / "e cmyk.jpg")
    frames = [photo(3), photo(4)]
    frames[0].save(tmp_path / "f moving.gif", save_all=True, append_images=frames[1:])
    clear = photo(5).convert("RGBA")
    clear.putalpha(200)
    clear.save(tmp_path / "g clear.png")
    photo(6, (20, 12)).save(tmp_path / "h tiny.png")
    photo(7, (120, 40)).save(tmp_path / "i wide.png")
    photo(8).convert("L").convert("RGB").save(tmp_path / "j gray too.png")
    (tmp_path / "k empty.png").write_bytes(b"")
    (tmp_path / "l phone.HEIC").write_bytes(bytes(20))
    return tmp_path


def test_report_counts_each_kind(folder):
    found = data.folder(folder, (32, 32, 3))
    report = found.report()
    names = [path.name[0] for path in found.files]
    assert names == list("abcdefghij")

    def named(numbers):
        return "".join(names[number] for number in numbers)

    assert report.shape == (10, 32, 32, 3)
    assert report.sizes == {(48, 40): 7, (96, 80): 1, (20, 12): 1, (120, 40): 1}
    assert report.shorter_sides.tolist() == [40, 40, 80, 40, 40, 40, 40, 12, 40, 40]
    assert named(report.smaller) == "h"
    assert named(report.cut) == "hi"  # 20 x 12 and 120 x 40 lose 40 and 67 %, 48 x 40 a sixth
    assert report.modes == {"RGB": 6, "L": 1, "CMYK": 1, "P": 1, "RGBA": 1}
    assert report.gray == 2
    assert named(report.animated) == "f" and named(report.transparent) == "g"
    assert [named(group) for group in report.exact_duplicates] == ["ab"]
    assert [named(group) for group in report.near_duplicates] == ["abc"]
    assert report.different == 8
    assert {path.name for path in report.skipped} == {"k empty.png", "l phone.HEIC"}


def test_report_reads_as_text(folder):
    text = str(data.folder(folder, (32, 32, 3)).report())
    for part in (
        "10 pictures, 8 of them different",
        "shorter side from 12 to 80 pixels, half have 40 or more",
        "without color: 2",
        "smaller than 32 x 32 (enlarged, so blurred): 1 (h tiny.png)",
        "several frames (first one taken): 1 (f moving.gif)",
        "equal or nearly so: 1 (a plain.png = b same.png = c nearly.jpg)",
        "skipped: 2",
        "k empty.png: the file is empty",
        "l phone.HEIC: HEIC is not supported; save it as PNG or JPEG",
    ):
        assert part in text
    assert str(folder) not in text


def test_report_needs_the_originals(folder):
    found = data.folder(folder)
    bare = data.Folder(found.images, found.files, found.skipped)
    with pytest.raises(ValueError, match="no originals"):
        bare.report()


def test_one_picture_has_a_report(tmp_path):
    photo(0).save(tmp_path / "only.png")
    report = data.folder(tmp_path, (32, 32, 3)).report()
    assert report.different == 1 and report.near_duplicates == ()
    assert "1 pictures, 1 of them different" in str(report)


def test_a_long_list_is_cut_short(tmp_path):
    for number in range(8):
        photo(number, (20, 20)).save(tmp_path / f"{number}.png")
        photo(number, (20, 20)).save(tmp_path / f"{number}b.png")
    for number in range(12):
        (tmp_path / f"{number}.jpg").write_bytes(b"")
    text = str(data.folder(tmp_path, (32, 32, 3)).report())
    assert "and 11 more" in text and "and 3 more groups" in text and "and 2 more: see" in text


# --- what the sizes are read from -----------------------------------------------------------------


def test_size_is_that_of_the_upright_picture(tmp_path):
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    photo(0, (48, 40)).save(tmp_path / "sideways.jpg", exif=exif)
    (original,) = data.folder(tmp_path).originals
    assert (original.width, original.height) == (40, 48)


def test_a_large_jpeg_is_decoded_small_and_looks_the_same(tmp_path):
    large = photo(0, (1600, 1600))
    large.save(tmp_path / "large.jpg", quality=95)
    found = data.folder(tmp_path, (32, 32, 3))
    assert (found.originals[0].width, found.originals[0].height) == (1600, 1600)
    wanted = np.asarray(large.resize((32, 32), PIL.Image.Resampling.LANCZOS)).astype(int)
    assert np.abs(found.images[0] - wanted).max() <= 6


def test_an_animation_with_a_broken_end_gives_its_first_frame(tmp_path):
    frames = [photo(number, (64, 64)) for number in range(3)]
    path = tmp_path / "moving.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    path.write_bytes(path.read_bytes()[:-400])
    found = data.folder(tmp_path, (64, 64, 3))
    assert found.originals[0].frames > 1
    assert np.abs(found.images[0].astype(int) - np.asarray(frames[0])).mean() < 12


def test_links_that_lead_nowhere_or_in_a_circle(tmp_path):
    photo(0).save(tmp_path / "good.png")
    try:
        os.symlink(tmp_path / "gone.png", tmp_path / "dead.png")
        os.symlink(tmp_path / "self.png", tmp_path / "self.png")
        os.symlink(tmp_path, tmp_path / "again", target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links")
    found = data.folder(tmp_path)
    assert [path.name for path in found.files] == ["good.png"]
    assert {path.name: why for path, why in found.skipped.items()} == {
        "dead.png": "a link that leads nowhere",
        "self.png": "a link that leads nowhere",
    }


def test_a_file_in_place_of_a_folder_is_named_so(tmp_path):
    photo(0).save(tmp_path / "one.png")
    with pytest.raises(ValueError, match="not a folder but one file; give the folder it lies in"):
        data.folder(tmp_path / "one.png")


# --- long reads ----------------------------------------------------------------------------------


def test_many_pictures_say_how_far_they_are(tmp_path, monkeypatch, capsys):
    for number in range(6):
        photo(number).save(tmp_path / f"{number}.png")
    data.folder(tmp_path)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(folders, "SECONDS_OF_SILENCE", 0)
    data.folder(tmp_path)
    assert "reading pictures: 3 of 6\n" in capsys.readouterr().err


def test_all_pictures_are_held_once(tmp_path):
    for number in range(3):
        photo(number).save(tmp_path / f"{number}.png")
    (tmp_path / "broken.png").write_bytes(b"")
    found = data.folder(tmp_path, (32, 32, 3))
    assert found.images.base is not None and found.images.base.shape == (4, 32, 32, 3)


def test_too_many_pictures_say_how_much_memory_they_need(tmp_path, monkeypatch):
    def full(*_):
        raise MemoryError

    photo(0).save(tmp_path / "one.png")
    monkeypatch.setattr("numpy.empty", full)
    with pytest.raises(MemoryError, match=r"1 pictures of \(64, 64, 3\) need 0\.0 GB"):
        data.folder(tmp_path)


# --- duplicates -----------------------------------------------------------------------------------


def pictures(count, side=32):
    return np.stack([np.asarray(photo(seed, (side, side))) for seed in range(count)])


def test_exact_duplicates_are_equal_in_every_pixel():
    images = pictures(5)
    images[3] = images[1]
    images[4] = images[1]
    images[4, 0, 0, 0] ^= 1
    assert duplicates.exact(images) == ((1, 3),)
    assert duplicates.near(images) == ((1, 3, 4),)


def test_near_duplicates_are_found_block_by_block(monkeypatch):
    images = pictures(30)
    images[17] = np.clip(images[2].astype(int) + 2, 0, 255)
    whole = duplicates.near(images)
    monkeypatch.setattr(duplicates, "BLOCK", 64)
    assert whole == duplicates.near(images) == ((2, 17),)


@pytest.mark.parametrize("block", [1, 64, 300])
def test_long_chains_are_joined_over_blocks(monkeypatch, block):
    """0 to 9 in steps of 4 gray levels, in mixed order, beside others."""
    levels = np.random.default_rng(0).permutation(10)
    images = np.broadcast_to(np.uint8(4 * levels)[:, None, None, None], (10, 32, 32, 1))
    monkeypatch.setattr(duplicates, "BLOCK", block)
    assert duplicates.near(np.concatenate([images, images + 100])) == (
        tuple(range(10)),
        tuple(range(10, 20)),
    )


def test_the_limit_is_a_root_mean_square_of_gray_levels():
    images = np.full((2, 32, 32, 1), 100, np.uint8)
    images[1] = 105
    assert duplicates.near(images, limit=4.9) == ()
    assert duplicates.near(images, limit=5.1) == ((0, 1),)


def test_whoever_is_like_a_member_belongs_to_the_group():
    images = np.zeros((3, 32, 32, 1), np.uint8)
    images[1], images[2] = 4, 8
    assert duplicates.near(images) == ((0, 1, 2),)


# --- sides ----------------------------------------------------------------------------------------


def test_without_duplicates_the_first_of_each_group_stays(folder):
    found = data.folder(folder, (32, 32, 3))
    kept = found.without_duplicates()
    assert [path.name[0] for path in kept.files] == list("adefghij")
    assert kept.images.shape[0] == len(kept.originals) == 8
    assert kept.skipped == found.skipped


def test_split_keeps_near_duplicates_together(folder):
    found = data.folder(folder, (32, 32, 3))
    for seed in range(8):
        training, held_out = found.split(0.3, seed)
        sides = [{path.name[0] for path in side.files} for side in (training, held_out)]
        assert sides[0] | sides[1] == set("abcdefghij") and not sides[0] & sides[1]
        assert len(sides[1]) == 3
        assert set("abc") <= sides[0] or set("abc") <= sides[1]
    assert found.split(0.3, 1)[1].files == found.split(0.3, 1)[1].files
    assert len({found.split(0.3, seed)[1].files for seed in range(8)}) > 1


@pytest.mark.parametrize("share", [0, 1, -0.5, "half"])
def test_split_refuses_a_share_out_of_range(folder, share):
    with pytest.raises(ValueError, match="held_out is"):
        data.folder(folder).split(share)


@pytest.mark.parametrize(
    ("groups", "share", "sizes"), [([1] * 4, 0.9, (1, 3)), ([3, 3], 0.2, (3, 3))]
)
def test_split_parts_whatever_can_be_parted(tmp_path, groups, share, sizes):
    for group, count in enumerate(groups):
        for copy in range(count):
            photo(group).save(tmp_path / f"{group} {copy}.png")
    sides = data.folder(tmp_path, (32, 32, 3)).split(share)
    assert tuple(len(side.files) for side in sides) == sizes


def test_split_of_one_picture_says_why_not(tmp_path):
    photo(0).save(tmp_path / "a.png")
    photo(0).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match="2 pictures in 1 different groups"):
        data.folder(tmp_path).split(0.5)


# --- lesson 15's folder ---------------------------------------------------------------------------


def test_the_folder_of_lesson_15_has_every_accident(tmp_path):
    made = lesson_15.make_folder(pictures(24, 64), tmp_path / "my pictures")
    found = data.folder(made, (32, 32, 3))
    report = found.report()
    assert len(found.files) == 24 + 3 + 5
    assert len(report.animated) == len(report.transparent) == len(report.smaller) == 1
    assert report.modes["CMYK"] == 1 and report.gray == 1
    assert report.different == 24 + 5
    assert sorted(path.name for path in found.skipped) == [
        "broken.png",
        "empty.png",
        "from a phone.heic",
        "notes.jpg",
    ]
