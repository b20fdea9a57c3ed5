"""Pairs of pictures: where they are looked for, what stands in for them, and their pipeline."""

import hashlib
import io
import zipfile

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from gan_helpers import data
from gan_helpers.data import made_pairs, pairs, sources

NOBODY_LISTENS = "http://127.0.0.1:9/"


@pytest.fixture(autouse=True)
def clean_places(tmp_path, monkeypatch):
    """Give each test its own empty cache, no data folder, no network, and a few digits."""
    monkeypatch.delenv("GAN_HELPERS_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(pairs, "ARCHIVE_ADDRESS", NOBODY_LISTENS)
    random = np.random.default_rng(0)
    few = random.integers(0, 256, (12, 28, 28), dtype=np.uint8), np.arange(12) % 10
    for place in ("_from_cache", "_from_download"):
        monkeypatch.setattr(sources, place, lambda name, split: (*few, "which a test drew"))


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "keras" / "datasets"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return the folder in GAN_HELPERS_DATA."""
    monkeypatch.setenv("GAN_HELPERS_DATA", str(tmp_path / "mine"))
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


def pictures(count=3, size=64, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def publish(monkeypatch, size, split, labels, photos):
    content = labels.tobytes() + photos.tobytes()
    fingerprint = hashlib.sha256(content).hexdigest()
    monkeypatch.setitem(pairs.FINGERPRINTS["facades"], (size, split), fingerprint)


# ---- facades ------------------------------------------------------------------------------------


def plain(color):
    buffer = io.BytesIO()
    PIL.Image.new("RGB", (256, 256), color).save(buffer, "jpeg")
    return buffer.getvalue()


def archive(monkeypatch, names=("1", "2", "10"), extra=()):
    """Return an archive as published: picture n is (n, ...) gray; photos are red beside it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for split in ("train", "test"):
            for name in names:
                shade = 10 * int(name)
                opened.writestr(f"facades/{split}A/{name}_A.jpg", plain((250, shade, shade)))
                opened.writestr(f"facades/{split}B/{name}_B.jpg", plain((shade, shade, shade)))
        for name in extra:
            opened.writestr(name, plain("white"))
    checksum = hashlib.sha256(buffer.getvalue()).hexdigest()
    monkeypatch.setattr(pairs, "ARCHIVE_CHECKSUM", checksum)
    return buffer.getvalue()


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("size", [64, 128])
def test_arrays_in_the_environment_come_first(mine, monkeypatch, capsys, split, size):
    labels, photos = pictures(size=size), pictures(size=size, seed=1)
    publish(monkeypatch, size, split, labels, photos)
    # in one file or in two
    np.savez(mine / f"facades_{size}_label.npz", **{f"label_{split}": labels})
    np.savez(mine / f"facades_{size}_photo.npz", **{f"photo_{split}": photos})
    found = data.load("facades", split, size)
    np.testing.assert_array_equal(found, (labels, photos))
    said = f"data: facades, 3 {split} pairs of {size} pixels, from the folder in GAN_HELPERS_DATA\n"
    assert capsys.readouterr().out == said


def test_other_arrays_are_refused(mine):
    np.savez(mine / "facades_64.npz", label_train=pictures(), photo_train=pictures(seed=1))
    with pytest.raises(ValueError, match=r"does not hold the known pairs \(shape \(3, 64, 64, 3\)"):
        data.load("facades")
    with pytest.raises(ValueError, match=r"facades_64\.npz in .* hold no label_test and no photo"):
        data.load("facades", "test")


@pytest.mark.parametrize("place", ["environment", "cache"])
def test_the_archive_is_read_in_the_order_of_its_numbers(
    place, cache, tmp_path, monkeypatch, capsys
):
    folder = cache if place == "cache" else tmp_path / "mine"
    folder.mkdir(parents=True)
    monkeypatch.setenv("GAN_HELPERS_DATA", str(tmp_path / "mine"))
    (folder / "facades.zip").write_bytes(archive(monkeypatch))
    labels, photos = data.load("facades", "train", size=128)
    assert labels.shape == photos.shape == (3, 128, 128, 3)
    assert labels.dtype == photos.dtype == np.uint8
    shades = np.array([10, 20, 100])
    assert np.abs(labels.mean(axis=(1, 2, 3)) - shades).max() < 3
    assert np.abs(photos[..., 0].mean(axis=(1, 2)) - 250).max() < 3
    assert np.abs(photos[..., 1].mean(axis=(1, 2)) - shades).max() < 3
    assert ("Keras' cache" in capsys.readouterr().out) == (place == "cache")


def test_a_picture_without_partner_and_names_that_lead_elsewhere_are_left(cache, monkeypatch):
    strange = ("../../trainA/7_A.jpg/../evil.jpg", "/trainA/notes.txt", "facades/trainA/8_A.jpg")
    cache.mkdir(parents=True)
    (cache / "facades.zip").write_bytes(archive(monkeypatch, extra=strange))
    assert len(data.load("facades")[0]) == 3
    assert [path.name for path in cache.iterdir()] == ["facades.zip"]  # nothing is unpacked


def test_the_archive_is_downloaded_once_and_kept(cache, monkeypatch, tmp_path, capsys):
    served = tmp_path / "served"
    served.mkdir()
    (served / "facades.zip").write_bytes(archive(monkeypatch))
    monkeypatch.setattr(pairs, "ARCHIVE_ADDRESS", f"{served.as_uri()}/")
    assert len(data.load("facades", "test")[0]) == 3
    assert "3 test pairs of 64 pixels, downloaded to Keras' cache" in capsys.readouterr().out
    assert [path.name for path in cache.iterdir()] == ["facades.zip"]
    (served / "facades.zip").unlink()
    data.load("facades", "train")
    assert "from Keras' cache" in capsys.readouterr().out


def test_a_download_with_a_wrong_checksum_is_refused(cache, monkeypatch, tmp_path, capsys):
    served = tmp_path / "served"
    served.mkdir()
    (served / "facades.zip").write_bytes(archive(monkeypatch) + b"!")
    monkeypatch.setattr(pairs, "ARCHIVE_ADDRESS", f"{served.as_uri()}/")
    data.load("facades")
    assert "the download of facades failed" in capsys.readouterr().out
    assert list(cache.iterdir()) == []


def test_a_changed_archive_is_refused(cache, monkeypatch):
    cache.mkdir(parents=True)
    (cache / "facades.zip").write_bytes(archive(monkeypatch) + b"!")
    with pytest.raises(ValueError, match=r"not the published archive .*remove it and load again"):
        data.load("facades")


# ---- emoji --------------------------------------------------------------------------------------


def test_emoji_are_split_by_kind(mine, monkeypatch, capsys):
    codepoints = np.array(["1f600", "1f601", "1f602", "1f603", "1f604", "1f605", "1f606", "1f607"])
    noto, twemoji = pictures(8), pictures(8, seed=1)
    np.savez(mine / "emoji_pairs_64.npz", noto=noto, twemoji=twemoji, codepoints=codepoints)
    with pytest.raises(ValueError, match="does not hold the known pairs"):
        data.load("emoji_pairs")
    fingerprint = hashlib.sha256(noto.tobytes() + twemoji.tobytes()).hexdigest()
    monkeypatch.setitem(pairs.FINGERPRINTS, "emoji_pairs", fingerprint)
    rows = {}
    for split in ("train", "test"):
        found = data.load("emoji_pairs", split)
        chosen = [pairs.emoji_split(codes) == split for codes in codepoints]
        np.testing.assert_array_equal(found, (noto[chosen], twemoji[chosen]))
        rows[split] = len(found[0])
    assert sum(rows.values()) == 8
    assert "from the folder in GAN_HELPERS_DATA" in capsys.readouterr().out


def test_variants_of_one_emoji_stay_together():
    runner = ["1f3c3", "1f3c3_1f3fb", "1f3c3_1f3ff_200d_2640", "1f3c3_200d_2642_fe0f"]
    doctor = ["1f9d1_200d_2695", "1f468_1f3fd_200d_2695", "1f469_200d_2695_fe0f"]
    for kind in (runner, doctor):
        assert len({pairs.emoji_split(codes) for codes in kind}) == 1
    for number in range(0x1F466, 0x1F488):  # one kind alone may be lucky
        tones = ["", *(f"_1f3f{tone}" for tone in "bcdef")]
        assert len({pairs.emoji_split(f"{number:x}{tone}") for tone in tones}) == 1
    splits = [pairs.emoji_split(f"{number:x}") for number in range(0x1F300, 0x1F700)]
    assert 0.09 < splits.count("test") / len(splits) < 0.16


# ---- pairs made from digits ---------------------------------------------------------------------


@pytest.mark.parametrize(("name", "size"), [("facades", 64), ("facades", 128), ("emoji_pairs", 64)])
@pytest.mark.parametrize("split", ["train", "test"])
def test_without_the_real_ones_pairs_are_made_of_digits_and_it_is_said(name, size, split, capsys):
    made = data.load(name, split, size)
    for side in made:
        assert side.shape == (12, size, size, 3) and side.dtype == np.uint8
    said = capsys.readouterr().out
    assert f"data: {name} was not found (GAN_HELPERS_DATA is not set" in said
    assert f"instead 12 {split} pairs of {size} pixels, made from MNIST's digits" in said
    np.testing.assert_array_equal(made, data.load(name, split, size))


def digit():
    """Return a picture of one thick stroke, uint8 (1, 28, 28, 1)."""
    image = np.zeros((1, 28, 28, 1), np.uint8)
    image[:, 4:24, 12:17] = 255
    return image


def test_a_made_map_tells_where_and_not_which_color():
    images = np.repeat(digit(), 40, axis=0)
    maps, photos = made_pairs.make("facades", images, np.ones(40, int), 64, 40)
    assert (maps == maps[0]).all()
    colors = {tuple(color) for color in maps[0].reshape(-1, 3)}
    assert len(colors) == 3
    walls = photos[:, 40, 4].astype(float)
    assert walls.std(axis=0).min() > 20  # forty colors of one map
    assert (photos[:, 32, 32].mean(axis=1) < walls.mean(axis=1)).mean() > 0.9  # windows are dark


def test_made_styles_share_shape_and_differ_in_color():
    one, other = made_pairs.make("emoji_pairs", digit(), np.array([3]), 64, 1)
    inked = [(style[0].min(axis=-1) < 200) for style in (one, other)]
    overlap = (inked[0] & inked[1]).sum() / (inked[0] | inked[1]).sum()
    assert 0.5 < overlap < 1
    assert (one[0, 0, 0] == 255).all() and (other[0, 0, 0] == 255).all()
    assert np.abs(one[0, 32, 32].astype(int) - other[0, 32, 32]).max() > 30


@pytest.mark.parametrize("size", [32, 256, "64", 0])
def test_a_size_that_is_not_there_is_refused(size):
    with pytest.raises(ValueError, match=f"size is {size!r}; facades has 64, 128 pixels"):
        data.load("facades", "train", size)


def test_a_size_of_what_has_one_size_is_refused():
    with pytest.raises(ValueError, match="size is 32; mnist comes in one size"):
        data.load("mnist", "train", 32)


# ---- the pipeline -------------------------------------------------------------------------------


def numbered(count):
    """Return sources whose number is in the first byte, and targets that hold 255 minus it."""
    numbers = np.arange(count, dtype=np.uint8)[:, None, None, None]
    blank = np.zeros((count, 2, 2, 1), np.uint8)
    blank[:, :, 0] = 1  # the left column tells mirrored pictures
    return blank + numbers, 255 - (blank + numbers)


def test_pairs_stay_together_in_every_epoch_and_are_resumed():
    dataset = data.pair_pipeline(*numbered(20), batch_size=6, seed=1)
    assert len(dataset) == 3
    assert dataset.element_spec == (tf.TensorSpec((6, 2, 2, 1)), tf.TensorSpec((6, 2, 2, 1)))
    epochs = []
    for _ in range(2):
        sources_, targets = map(np.concatenate, zip(*dataset.as_numpy_iterator(), strict=True))
        np.testing.assert_allclose(sources_, -targets, atol=1e-6)
        assert np.abs(sources_).max() <= 1
        epochs.append(sources_)
    assert not np.array_equal(*epochs)
    resumed = data.pair_pipeline(*numbered(20), batch_size=6, seed=1)
    resumed.epoch.assign(1)
    np.testing.assert_array_equal(np.concatenate([pair[0] for pair in resumed]), epochs[1])


def test_flip_mirrors_both_pictures_of_a_pair():
    dataset = data.pair_pipeline(*numbered(20), batch_size=40, flip=True)
    ((sources_, targets),) = dataset
    np.testing.assert_allclose(sources_, -targets, atol=1e-6)
    mirrored = (sources_[:, 0, 0, 0] < sources_[:, 0, 1, 0]).numpy()
    assert mirrored.sum() == 20


def test_pairs_that_do_not_fit_are_refused():
    ones, others = numbered(20)
    with pytest.raises(ValueError, match="20 sources and 19 targets; each source needs one"):
        data.pair_pipeline(ones, others[:19])
    with pytest.raises(ValueError, match="targets is float32; expected uint8"):
        data.pair_pipeline(ones, others.astype(np.float32))
    with pytest.raises(ValueError, match="batch_size is 21"):
        data.pair_pipeline(ones, others, batch_size=21)
