"""Pairs of a reader's own: side by side, or in two folders, with what does not fit reported."""

import numpy as np
import PIL.Image
import pytest

from gan_helpers import data

RED, BLUE = (255, 0, 0), (0, 0, 255)


def save(path, color, size=(40, 40)):
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.new("RGB", size, color).save(path)


def side_by_side(path, left=RED, right=BLUE, size=(80, 40)):
    picture = PIL.Image.new("RGB", size, left)
    picture.paste(right, (size[0] // 2, 0, *size))
    picture.save(path)


def assert_colors(pictures, colors):
    np.testing.assert_array_equal(pictures[:, 2, 2], colors)
    np.testing.assert_array_equal(pictures[:, -3, -3], colors)


@pytest.mark.parametrize(("side", "first", "second"), [("left", RED, BLUE), ("right", BLUE, RED)])
def test_side_by_side(tmp_path, side, first, second):
    for name in ("a.png", "b c.png"):
        side_by_side(tmp_path / name)
    found = data.folder_of_pairs(tmp_path, image_shape=(8, 8, 3), source_side=side)
    assert found.sources.shape == found.targets.shape == (2, 8, 8, 3)
    assert found.sources.dtype == np.uint8
    assert_colors(found.sources, [first] * 2)
    assert_colors(found.targets, [second] * 2)
    assert found.files == ((tmp_path / "a.png",), (tmp_path / "b c.png",))
    assert str(found) == "2 pairs of shape (8, 8, 3)"


def test_two_folders_are_matched_by_name_whatever_the_ending(tmp_path):
    shades = [(10 * number, 0, 0) for number in range(3)]
    for number, name in enumerate(("a", "deep/b", "ü")):
        save(tmp_path / "maps" / f"{name}.png", shades[number])
        save(tmp_path / "photos" / f"{name}.bmp", shades[number][::-1])
    found = data.folder_of_pairs(tmp_path / "maps", tmp_path / "photos", (8, 8, 3))
    assert_colors(found.sources, shades)
    assert_colors(found.targets, [shade[::-1] for shade in shades])
    assert found.files[1] == (tmp_path / "maps/deep/b.png", tmp_path / "photos/deep/b.bmp")
    assert found.skipped == {}


def test_nothing_is_dropped_in_silence(tmp_path):
    """What `data.folder` reads or lists is read or listed here too."""
    maps, photos = tmp_path / "maps", tmp_path / "photos"
    for folder in (maps, photos):
        save(folder / "good.png", RED)
    (maps / "phone.heic").write_bytes(b"phone")
    (maps / "link.png").symlink_to(tmp_path / "nowhere.png")
    save(maps / "half.png", RED)
    (photos / "half.png").write_bytes(b"")
    found = data.folder_of_pairs(maps, photos, (8, 8, 3))
    assert found.skipped == {
        maps / "phone.heic": "HEIC is not supported; save it as PNG or JPEG",
        maps / "link.png": "a link that leads nowhere",
        photos / "half.png": "half.png is empty",  # the broken one is named, not its partner
    }
    side_by_side(maps / "wide.png")
    assert maps / "phone.heic" in data.folder_of_pairs(maps, image_shape=(8, 8, 3)).skipped


def test_what_has_no_partner_is_reported(tmp_path):
    maps, photos = tmp_path / "maps", tmp_path / "photos"
    for folder in (maps, photos):
        save(folder / "good.png", RED)
        save(folder / "bent.png", RED, (40, 40) if folder == maps else (40, 60))
    save(maps / "alone.png", RED)
    save(photos / "other.png", RED)
    save(maps / "twice.png", RED)
    save(maps / "twice.bmp", RED)
    save(photos / "twice.png", RED)
    (maps / "broken.png").write_bytes(b"")
    save(photos / "broken.png", RED)
    found = data.folder_of_pairs(maps, photos, (8, 8, 3))
    assert found.files == ((maps / "good.png", photos / "good.png"),)
    assert found.skipped[maps / "alone.png"] == "no alone in photos"
    assert found.skipped[photos / "other.png"] == "no other in maps"
    assert found.skipped[maps / "broken.png"] == "broken.png is empty"
    assert "40 x 40 and 40 x 60 pixels, which would be cut" in found.skipped[maps / "bent.png"]
    twice = [path for path, reason in found.skipped.items() if "several pictures" in reason]
    assert sorted(twice) == [maps / "twice.bmp", maps / "twice.png", photos / "twice.png"]
    assert "skipped alone.png: no alone in photos" in str(found)
    assert str(tmp_path) not in str(found)


def test_an_odd_width_is_no_pair(tmp_path):
    side_by_side(tmp_path / "good.png")
    save(tmp_path / "odd.png", RED, (81, 40))
    found = data.folder_of_pairs(tmp_path, image_shape=(8, 8, 3))
    assert "81 pixels wide" in found.skipped[tmp_path / "odd.png"]


def test_gray_pairs_go_into_the_pipeline(tmp_path):
    for number in range(4):
        side_by_side(tmp_path / f"{number}.png")
    found = data.folder_of_pairs(tmp_path, image_shape=(28, 28, 1))
    dataset = data.pair_pipeline(found.sources, found.targets, batch_size=4)
    assert [part.shape for part in next(iter(dataset))] == [(4, 28, 28, 1)] * 2


def test_folders_without_a_pair_say_why(tmp_path):
    save(tmp_path / "maps" / "a.png", RED)
    save(tmp_path / "photos" / "b.png", RED)
    with pytest.raises(ValueError, match=r"no usable pair; 2 pictures .*\n  - a\.png: no a in ph"):
        data.folder_of_pairs(tmp_path / "maps", tmp_path / "photos")
    with pytest.raises(ValueError, match="missing is not a folder"):
        data.folder_of_pairs(tmp_path / "maps", tmp_path / "missing")
    with pytest.raises(ValueError, match="the same folder"):
        data.folder_of_pairs(tmp_path / "maps", tmp_path / "photos" / ".." / "maps")


def test_wrong_arguments_are_refused_before_anything_is_read():
    with pytest.raises(ValueError, match="source_side is 'top'; allowed are left, right"):
        data.folder_of_pairs("nowhere", source_side="top")
    with pytest.raises(ValueError, match=r"image_shape is .*expected \(height, width, channels\)"):
        data.folder_of_pairs("nowhere", image_shape=(8, 8))
