"""Sample grids, the time limit, and the backup as far as one process can show it."""

import sys
import types

import keras
import numpy as np
import PIL.Image
import pytest
import resumable_run
import tiny

import gan_helpers as gh
from gan_helpers import callbacks, guards

STEPS = resumable_run.STEPS_PER_EPOCH


def pictures():
    """Return a GAN of pictures and its data, noise."""
    gan = gh.GAN(gh.networks.generator(latent_dim=8, width=4), gh.networks.discriminator(width=4))
    gan.compile(seed=5)
    images = np.random.default_rng(0).integers(0, 256, (96, 28, 28, 1)).astype(np.uint8)
    return gan, gh.data.pipeline(images, batch_size=96 // STEPS, seed=5)


@pytest.fixture(scope="module")
def trained():
    """Return (grid by epoch, grid by step, GAN) of a training over two epochs."""
    gan, dataset = pictures()
    by_epoch = callbacks.SampleGrid(count=5, seed=1)
    by_step = callbacks.SampleGrid(count=2, seed=1, every=4)
    gan.fit(dataset, epochs=2, callbacks=[by_epoch, by_step], verbose=0)
    return by_epoch, by_step, gan


class At(keras.callbacks.Callback):
    """Does something at the end of one step."""

    def __init__(self, step, action):
        super().__init__()
        self.step, self.action = step, action

    def on_train_batch_end(self, batch, logs=None):
        if self.model.steps == self.step:
            self.action()


# ---- sample grid -------------------------------------------------------------------------------


def test_grid_by_epoch(trained):
    grid, _, gan = trained
    assert grid.steps == [0, STEPS, 2 * STEPS]
    assert [frame.shape for frame in grid.frames] == [(5, 28, 28, 1)] * 3
    assert all(frame.dtype == np.uint8 for frame in grid.frames)
    assert np.array_equal(grid.frames[-1], gan.generate(5, seed=1))
    assert not np.array_equal(grid.frames[0], grid.frames[-1])


def test_grid_by_step_also_across_epochs(trained):
    _, grid, _ = trained
    assert grid.steps == [0, 4, 8, 12]
    assert len(grid.frames) == 4


def test_grid_writes_pictures(tmp_path, trained):
    folder = tmp_path / "new" / "grids"
    grid = callbacks.SampleGrid(count=3, folder=str(folder))
    grid.set_model(trained[2])
    grid.on_train_begin()
    (path,) = folder.iterdir()
    assert path.name == f"step_{trained[2].steps:07d}.png"
    with PIL.Image.open(path) as picture:
        assert np.array_equal(np.asarray(picture), gh.plots.tile(grid.frames[0]).squeeze())


@pytest.mark.parametrize(
    "arguments",
    [{"count": 0}, {"count": 2.5}, {"every": 0}, {"every": "batch"}, {"every": 1.5}],
)
def test_grid_refuses(arguments):
    (name,) = arguments
    with pytest.raises(ValueError, match=f"^{name} is "):
        callbacks.SampleGrid(**arguments)


# ---- score over time ---------------------------------------------------------------------------


class Pixels:
    """A feature net that takes every fourth pixel."""

    name, hash = "pixels", "01234567"

    def features(self, images):
        return images[:, ::4, ::4, 0].reshape(len(images), -1) / 255.0


def points_gan(**options):
    gan = tiny.gan(**options)
    return gan, gh.data.pipeline(tiny.points(64), batch_size=8, seed=0)


def noted(every=None, epochs=2, others=(), gan=None, **options):
    """Train a GAN of points over `epochs` of 8 steps; return (callback, GAN)."""
    gan, dataset = gan or points_gan()
    over_time = callbacks.ScoreOverTime(tiny.points(80), every, count=40, **options)
    gan.fit(dataset, epochs=epochs, callbacks=[over_time, *others], verbose=0)
    return over_time, gan


def test_score_over_time_measures_the_averaged_generator():
    over_time, gan = noted(every=3, metric="kid", seed=4)
    assert over_time.steps == [0, 3, 6, 9, 12, 15, 16]  # and at the end
    assert len(over_time.seconds) == len(over_time.values) == 7
    real, others = np.split(tiny.points(80), 2)
    distance = gh.evaluation.kernel_distance
    assert over_time.values[-1] == float(distance(gan.generate(40, seed=4), real))
    assert over_time.floor == float(distance(others, real))
    assert over_time.values[-1] < over_time.values[0]


def test_score_over_time_of_pictures():
    gan, dataset = pictures()
    images = np.random.default_rng(1).integers(0, 256, (60, 28, 28, 1)).astype(np.uint8)
    over_time = callbacks.ScoreOverTime(images, every=STEPS, count=50, net=Pixels())
    gan.fit(dataset, epochs=1, callbacks=[over_time], verbose=0)
    assert over_time.steps == [0, STEPS] and over_time.floor is None
    sets = (Pixels().features(pictures) for pictures in (gan.generate(50, seed=0), images[:50]))
    assert over_time.values[-1] == gh.evaluation.frechet_distance(*sets)


@pytest.fixture
def clock(monkeypatch):
    """Put a clock in place that moves when it is told to."""
    clock = types.SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(callbacks, "time", clock)
    return clock


def takes(clock, seconds):
    """Return a callback that lets each step take so many seconds."""
    return keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: setattr(clock, "now", clock.now + seconds)
    )


def test_score_over_time_stops_its_clock_while_it_measures(monkeypatch, clock):
    def measure(self, fake):
        clock.now += 64.0
        return 1.0

    monkeypatch.setattr("gan_helpers.evaluation.scores.Measure.__call__", measure)
    over_time, _ = noted(every=4, others=[takes(clock, 0.5)])
    assert over_time.values == [1.0] * 5
    assert over_time.seconds == [0.0, 2.0, 4.0, 6.0, 8.0]


def test_score_over_time_by_seconds(clock):
    over_time, gan = noted(seconds=3.0, others=[takes(clock, 1.0)])
    assert over_time.steps == [0, 3, 6, 9, 12, 15, 16]  # and at the end
    assert over_time.seconds == over_time.steps
    assert gan.steps == 16


def test_score_over_time_with_many_steps_a_call_and_a_limit():
    gan = points_gan(steps_per_execution=4)
    over_time, _ = noted(every=3, epochs=9, others=[callbacks.StopAfter(steps=20)], gan=gan)
    assert over_time.steps == [0, 4, 8, 12, 16, 20]


def test_score_over_time_goes_on_in_a_second_fit():
    over_time, gan = noted(every=5, epochs=1)
    before = list(over_time.seconds)
    gan.fit(points_gan()[1], epochs=1, callbacks=[over_time], verbose=0)
    assert over_time.steps == [0, 5, 8, 13, 16]
    assert over_time.seconds[: len(before)] == before
    assert over_time.seconds == sorted(over_time.seconds)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"either every \(steps\) or seconds"),
        ({"every": 1, "seconds": 1}, r"either every \(steps\) or seconds"),
        ({"every": 0}, "every is 0"),
        ({"every": "epoch"}, "every is 'epoch'"),
        ({"seconds": 0}, "seconds is 0"),
        ({"seconds": "9"}, "seconds is '9'"),
        ({"every": 1, "metric": "loss"}, "metric is 'loss'; allowed are"),
        ({"every": 1, "count": 81}, "too few samples"),
    ],
)
def test_score_over_time_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        callbacks.ScoreOverTime(tiny.points(80), **{"count": 40, **options})


# ---- time limit --------------------------------------------------------------------------------


def seconds_until_stop(monkeypatch, limit, durations):
    """Return when `StopAfter(limit)` ends calls of these durations; the last one repeats."""
    now = 1000.0
    monkeypatch.setattr(callbacks, "time", types.SimpleNamespace(monotonic=lambda: now))
    stop = callbacks.StopAfter(limit)
    stop.set_model(types.SimpleNamespace(steps=0, stop_training=False))
    stop.on_train_begin()
    for number in range(10_000):
        now += durations[min(number, len(durations) - 1)]
        stop.on_train_batch_end(number)
        if stop.model.stop_training:
            return now - 1000.0
    raise AssertionError("it never stops")


@pytest.mark.parametrize(
    ("limit", "durations", "end"),
    [
        (60, [5.0, 1.0], 60),
        (60, [5.0, 10.0], 55),  # as near as 65
        (60, [6.0, 10.0], 56),  # 66 would be farther away
        (60, [4.0, 10.0], 64),  # and 54 here
        (60, [59.0, 0.25], 60),  # the first call is no example
        (60, [61.0, 1.0], 61),  # nothing can end it sooner
        (60, [5.0, 10.0, 10.0, 5.0], 60),  # 50 + 5: the median has followed
        (60, [2.0, *[1.0] * 31, 25.0, 1.0], 60),  # a pause until 58 says nothing of the next
    ],
)
def test_stop_after_ends_at_the_call_nearest_to_its_seconds(monkeypatch, limit, durations, end):
    assert seconds_until_stop(monkeypatch, limit, durations) == end


@pytest.mark.parametrize("call", [0.3, 1.7, 7.0, 11.9])
@pytest.mark.parametrize("graph", [0.1, 3.0, 20.0])
def test_stop_after_misses_by_half_a_call_at_most(monkeypatch, graph, call):
    end = seconds_until_stop(monkeypatch, 60.0, [graph + call, call])
    assert abs(end - 60.0) <= call / 2 + 1e-6


def test_stop_after_seconds_ends_fit(monkeypatch):
    gan, dataset = game()
    clock = types.SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(callbacks, "time", clock)
    tick = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: setattr(clock, "now", clock.now + 2.0)
    )
    limit = callbacks.StopAfter(13.0 + 2.0)
    for wanted in (7, 14):  # each fit has its own start; the end after 14 s is as near as 16 s
        gan.fit(dataset, epochs=9, callbacks=[tick, limit], verbose=0)
        assert gan.steps == wanted
    assert limit.fraction() == 14 / 15


def test_stop_after_its_steps_counted_from_the_start_of_fit():
    gan, dataset = game()
    gan.step_counter.assign(100)
    before = gan.steps
    limit = callbacks.StopAfter(steps=STEPS + 2)
    fractions = []
    watch = At(before + STEPS + 1, lambda: fractions.append(limit.fraction()))
    gan.fit(dataset, epochs=9, callbacks=[watch, limit], verbose=0)
    assert gan.steps == before + STEPS + 2
    assert fractions == [(STEPS + 1) / (STEPS + 2)]


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), "60", [1.0], 1j])
def test_stop_after_refuses_seconds(seconds):
    with pytest.raises(ValueError, match=r"^seconds is .* a number above 0"):
        callbacks.StopAfter(seconds)


@pytest.mark.parametrize("steps", [0, -1, 2.0, "2"])
def test_stop_after_refuses_steps(steps):
    with pytest.raises(ValueError, match=r"^steps is .* from 1 on"):
        callbacks.StopAfter(steps=steps)


@pytest.mark.parametrize("limits", [{}, {"seconds": 1, "steps": 1}])
def test_stop_after_takes_one_limit(limits):
    with pytest.raises(ValueError, match="either seconds or steps"):
        callbacks.StopAfter(**limits)


# ---- backup ------------------------------------------------------------------------------------


def game():
    """Return a GAN of points and its data, STEPS steps an epoch; every call makes the same ones."""
    keras.utils.set_random_seed(5)
    gan = tiny.gan(r1=0.3, penalty_every=4, ema=0.9, seed=5)
    return gan, gh.data.pipeline(tiny.points(8 * STEPS), batch_size=8, seed=5)


def fit(folder, epochs, *others):
    """Train a new GAN with a backup; return (gan, backup)."""
    gan, dataset = game()
    backup = callbacks.backup(folder)
    gan.fit(dataset, epochs=epochs, callbacks=[backup, *others], verbose=0)
    return gan, backup


def interrupt():
    raise KeyboardInterrupt


def interrupted(folder, step):
    with pytest.raises(KeyboardInterrupt):
        fit(folder, 4, At(step, interrupt))
    return sorted(path.name for path in folder.iterdir())


def test_backup_damage_and_restore(tmp_path):
    folder = tmp_path / "deep" / "run"
    names = interrupted(folder, 3 * STEPS + 2)
    assert names == ["epoch_000002.weights.h5", "epoch_000003.weights.h5"]  # the last two

    # Put the third epoch's file out of order: the second one takes over.
    (folder / names[1]).write_bytes((folder / names[1]).read_bytes()[:1000])
    (folder / "partial.weights.h5").write_bytes(b"half")
    (folder / "notes.txt").write_text("mine")
    gan, backup = fit(folder, 2)
    assert backup.restored == 2
    # Nothing was left to train, so these are the weights after two epochs.
    other, dataset = game()
    other.fit(dataset, epochs=2, verbose=0)
    wanted = resumable_run.state(other)
    found = resumable_run.state(gan)
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)

    # The planned end keeps the backup: a finished run outlives the kernel.
    assert (folder / names[0]).exists()
    # A call of `fit` without it begins at its first epoch again.
    history = gan.fit(dataset, epochs=1, verbose=0)
    assert history.epoch == [0]
    assert gan.steps == 3 * STEPS


def test_a_grid_goes_on_over_two_fits_and_over_broken_numbers():
    grid = callbacks.SampleGrid(count=2)
    grid.set_model(types.SimpleNamespace(steps=0, generate=lambda count, **_: np.zeros((count, 4))))
    grid.on_train_begin()
    grid.on_train_begin()
    assert grid.steps == [0]

    def refuse(count, **_):
        raise ValueError("images hold NaN or infinity.")

    grid.set_model(types.SimpleNamespace(steps=5, generate=refuse))
    grid.on_epoch_end(0)
    assert grid.steps == [0]


@pytest.mark.parametrize("place", [0.05, 0.3, 0.6])
def test_a_backup_with_holes_gives_way_to_the_older_one(tmp_path, place):
    """HDF5 reports some damage as RuntimeError or KeyError."""
    _, newest = interrupted(tmp_path, 3 * STEPS + 2)
    content = bytearray((tmp_path / newest).read_bytes())
    start = int(place * len(content))
    content[start : start + len(content) // 10] = bytes(len(content) // 10)
    (tmp_path / newest).write_bytes(content)
    _, backup = fit(tmp_path, 3)
    assert backup.restored in (2, 3)  # 3: the hole is in the numbers, which nothing can notice


def test_a_run_that_a_callback_stops_may_go_on(tmp_path):
    gan, _ = fit(tmp_path, 4, callbacks.StopAfter(steps=STEPS + 2))
    assert gan.steps == STEPS + 2
    gan, backup = fit(tmp_path, 2)
    # Not 2: Keras ends an epoch that was cut short as if it were whole.
    assert backup.restored == 1


def test_a_resumed_run_that_is_interrupted_leaves_no_first_epoch_behind(tmp_path):
    interrupted(tmp_path, STEPS + 1)
    gan, dataset = game()
    at = At(STEPS + 2, interrupt)
    with pytest.raises(KeyboardInterrupt):
        gan.fit(dataset, epochs=3, callbacks=[callbacks.backup(tmp_path), at], verbose=0)
    history = gan.fit(dataset, epochs=2, verbose=0)
    assert history.epoch == [0, 1]


def test_backup_that_nobody_can_read(tmp_path):
    (tmp_path / "epoch_000001.weights.h5").write_bytes(b"not HDF5")
    with pytest.raises(OSError, match=r"no backup in .* can be read(.|\n)*epoch_000001"):
        fit(tmp_path, 1)


def test_broken_numbers_after_a_restore_return_to_the_restored_weights(tmp_path):
    interrupted(tmp_path, STEPS + 1)
    gan, dataset = game()
    guard = guards.StopOnBrokenNumbers(seconds=1e9)  # keeps only what the run begins with

    def spoil():
        weight = gan.discriminator.variables[0]
        weight.assign(np.full(weight.shape, np.nan))

    with pytest.warns(RuntimeWarning, match=f"weights of step {STEPS}, "):
        gan.fit(
            dataset,
            epochs=4,
            callbacks=[guard, callbacks.backup(tmp_path), At(STEPS + 2, spoil)],
            verbose=0,
        )
    assert gan.steps == STEPS


@pytest.mark.parametrize("folder", [None, "", 3])
def test_backup_refuses(folder):
    with pytest.raises(ValueError, match=r"^folder is .* give the path of a folder"):
        callbacks.backup(folder)


def test_backup_refuses_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="is a file; give the path of a folder"):
        callbacks.backup(tmp_path / "file")


# ---- Google Drive ------------------------------------------------------------------------------


def test_drive_elsewhere_than_on_colab(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", None)
    with pytest.raises(ValueError, match=r"not Google Colab; leave drive out"):
        callbacks.backup("run", drive=True)


@pytest.fixture
def mounted(monkeypatch):
    """Put a fake of Colab's module in place; return the list of mount points."""
    places = []
    drive = types.SimpleNamespace(mount=places.append)
    google = types.ModuleType("google")
    google.colab = types.ModuleType("google.colab")
    google.colab.drive = drive
    monkeypatch.setitem(sys.modules, "google", google)
    monkeypatch.setitem(sys.modules, "google.colab", google.colab)
    return places


def test_drive_on_colab(mounted):
    backup = callbacks.backup("gan/run_1", drive=True)
    assert mounted == ["/content/drive"]
    assert backup.folder.as_posix() == "/content/drive/MyDrive/gan/run_1"


@pytest.mark.parametrize("folder", ["/content/run", None, ""])
def test_drive_refuses_before_it_mounts(mounted, folder):
    with pytest.raises(ValueError, match=r"^folder is "):
        callbacks.backup(folder, drive=True)
    assert mounted == []
