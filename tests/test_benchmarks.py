"""The quality benchmark: its peers, its store of finished pieces and its report."""

import concurrent.futures
import dataclasses
import importlib
import pathlib
import statistics
import sys
import types

import nbformat
import numpy as np
import pytest

BENCHMARKS = pathlib.Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import keras  # noqa: E402
import quality  # noqa: E402
import store  # noqa: E402
import tensorflow as tf  # noqa: E402
from peers import CONTESTANTS, processes, quality_report, worker  # noqa: E402

KERAS_PEERS = [n for n, c in CONTESTANTS.items() if n != "quick_gan" and not c.torch]


# --- Peers -------------------------------------------------------------------------------------


def grouped_gradients_exist():
    """Tell whether this TensorFlow can train a grouped convolution on its processor."""
    pictures, kernel = tf.ones((1, 3, 3, 4)), tf.ones((3, 3, 2, 4))
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        total = tf.reduce_sum(tf.nn.conv2d(pictures, kernel, 1, "SAME"))
    try:
        return tape.gradient(total, pictures) is not None
    except tf.errors.InvalidArgumentError:
        return False


@pytest.mark.parametrize("name", KERAS_PEERS)
def test_peer_trains_and_draws(digits, name, monkeypatch):
    """Two steps move both networks; pictures are uint8 of the right shape and follow the seed."""
    module = importlib.import_module(f"peers.{name}")
    monkeypatch.setattr(module.Peer, "batch_size", 2)
    peer = module.Peer(digits[:64], np.arange(64) % 10, seed=0)
    peer._step = peer.step  # tracing takes longer than two steps
    if name == "r3gan" and not grouped_gradients_exist():
        pytest.skip("without oneDNN TensorFlow has no gradients of grouped convolutions")
    networks = [getattr(peer, "gan", peer).generator, peer.discriminator]
    before = [[weight.numpy() for weight in net.trainable_variables] for net in networks]
    peer.train(2)
    for network, old in zip(networks, before, strict=True):
        moved = [
            np.abs(weight.numpy() - value).max() > 0
            for weight, value in zip(network.trainable_variables, old, strict=True)
        ]
        assert np.mean(moved) > 0.7
    drawn = peer.generate(6, seed=3)
    assert drawn.dtype == np.uint8 and drawn.shape == (6, 28, 28, 1)
    assert np.array_equal(drawn, peer.generate(6, seed=3))
    assert not np.array_equal(drawn, peer.generate(6, seed=4))


def test_conditional_latent_holds_one_label_each():
    """The conditional GAN draws with labels from a uniform distribution, one a picture."""
    peer_class = importlib.import_module("peers.keras_conditional").Peer
    peer = object.__new__(peer_class)
    latent = peer.latent(np.random.default_rng(0), 5_000)
    assert latent.shape == (5_000, 138)
    assert np.array_equal(np.unique(latent[:, 128:]), [0, 1])
    assert (latent[:, 128:].sum(axis=1) == 1).all()
    assert np.abs(latent[:, 128:].mean(axis=0) - 0.1).max() < 0.02
    assert abs(latent[:, :128].std() - 1) < 0.01


def test_grouped_convolution_of_r3gan():
    """Each group sees its own channels alone."""
    layer = importlib.import_module("peers.r3gan").GroupedConv2D(4, 3, padding="same", groups=2)
    pictures = np.random.default_rng(0).standard_normal((1, 5, 5, 4), np.float32)
    changed = pictures.copy()
    changed[..., 2:] += 1
    difference = np.abs(layer(pictures).numpy() - layer(changed).numpy()).max(axis=(0, 1, 2))
    assert (difference[:2] == 0).all() and (difference[2:] > 0.1).all()


def test_beta_2_rises_in_r3gan():
    """The average of squared gradients forgets by 0.1 at first, and by 0.01 in the end."""
    r3gan = importlib.import_module("peers.r3gan")
    weight = keras.Variable([1.0])
    optimizer = r3gan.RisingAdam(0.0, beta_1=0.0)
    optimizer.build([weight])
    squares = optimizer._velocities[0]
    optimizer.apply([np.array([2.0], np.float32)])
    assert float(squares[0]) == pytest.approx(0.1 * 4, rel=1e-5)
    optimizer.iterations.assign(r3gan.BURN_IN)
    optimizer.apply([np.array([1.0], np.float32)])
    assert float(squares[0]) == pytest.approx(0.99 * 0.4 + 0.01, rel=1e-5)


def test_torch_module_needs_no_tensorflow():
    """What runs in PyTorch's environment imports neither TensorFlow nor the package."""
    for path in ("__init__.py", "worker.py", "pytorch_dcgan.py"):
        top = [
            line
            for line in (BENCHMARKS / "peers" / path).read_text().splitlines()
            if line.startswith(("import ", "from "))
        ]
        assert not [line for line in top if "keras" in line or "gan_helpers" in line], path


# --- Clock -------------------------------------------------------------------------------------


class Ticking:
    """A peer that needs 2 s before its first step is done, and 0.1 s for each further one."""

    now = 0.0

    def __init__(self, images, labels, seed):
        self.done = 0

    def train(self, steps):
        """Let time pass."""
        Ticking.now += 0.1 * steps + (1.9 if self.done == 0 else 0.0)
        self.done += steps

    def generate(self, count, seed):
        """Draw pictures that tell the number of steps."""
        return np.full((2, 28, 28, 1), self.done, np.uint8)


def test_rate(monkeypatch):
    """Start-up and speed come apart, to rounding."""
    monkeypatch.setattr(worker.time, "perf_counter", lambda: Ticking.now)
    found = worker.rate(Ticking, None, None, 0, seconds=12)
    assert found["start"] == pytest.approx(2.0)
    assert found["steps_per_second"] == pytest.approx(10.0)
    assert 101 <= found["steps"] <= 106


def test_rate_of_a_slow_peer(monkeypatch):
    """One step alone has no speed: where it takes all the time, a second one follows."""
    monkeypatch.setattr(worker.time, "perf_counter", lambda: Ticking.now)
    found = worker.rate(Ticking, None, None, 0, seconds=1)
    assert found == {"start": pytest.approx(2.0), "steps_per_second": pytest.approx(10), "steps": 2}


def test_rate_and_training_of_quick_gan(monkeypatch):
    """It is timed by a callback over a number of seconds, and trained by a number of steps."""
    ours = importlib.import_module("peers.quick_gan")
    monkeypatch.setattr(worker.time, "perf_counter", lambda: Ticking.now)
    asked = []

    def quick_gan(images, seed, callbacks, **limit):
        asked.append((seed, limit))
        model = types.SimpleNamespace(steps=0, generate=lambda count, seed: (count, seed))
        Ticking.now += 1.0
        for _ in range(3):
            model.steps += 10
            Ticking.now += 0.5
            for callback in callbacks:
                callback.set_model(model)
                callback.on_train_batch_end(0)
        return model

    monkeypatch.setattr(ours.gh, "quick_gan", quick_gan)
    found = worker.rate(ours.Peer, None, None, 5, seconds=12)
    assert found["start"] == pytest.approx(1.05)
    assert found["steps_per_second"] == pytest.approx(20.0)
    drawn = []
    worker.train(ours.Peer, None, None, 6, [30, 10], lambda *pair: drawn.append(pair))
    assert drawn == [(10, (worker.FAKES, 1_006)), (30, (worker.FAKES, 1_006))]
    assert asked == [(5, {"seconds": 12}), (6, {"steps": 30})]


def test_clock_of_calls_with_many_steps():
    """Ten steps a call: the first step was done nine steps before the first call ended."""
    clock = worker.Clock()
    clock.marks = [(10, 5.0), (20, 6.0), (110, 15.0)]
    assert clock.result() == {"start": 4.1, "steps_per_second": 10.0, "steps": 110}
    clock.marks = [(10, 5.0)]
    with pytest.raises(SystemExit, match=r"only 10 step"):
        clock.result()


def test_training_stops_where_asked():
    """Stops are reached in order, each from the one before."""
    drawn = []
    worker.train(Ticking, None, None, 0, [30, 10], lambda *pair: drawn.append(pair))
    assert [(steps, int(fakes.max())) for steps, fakes in drawn] == [(10, 10), (30, 30)]


# --- Store -------------------------------------------------------------------------------------


def test_store_keeps_replaces_and_forgets(tmp_path):
    """A second store on the same file sees every piece; nothing partial is left."""
    first = store.Store(tmp_path / "runs.json")
    assert first.read() == {}
    first.put("rate, a, round 0", {"start": 1.0})
    store.Store(tmp_path / "runs.json").put("rate, b, round 0", {"start": 2.0})
    first.put("rate, b, round 0", {"start": 3.0})
    kept = {"rate, a, round 0": {"start": 1.0}, "rate, b, round 0": {"start": 3.0}}
    assert first.read() == kept
    assert first.forget(lambda key: key.startswith("rate, a")) == 1
    assert first.read() == {"rate, b, round 0": {"start": 3.0}}
    assert [path.name for path in tmp_path.iterdir()] == ["runs.json"]


def test_store_of_two_processes(tmp_path):
    """Writers that wait for each other lose no piece."""

    def write(first):
        for number in range(first, first + 20):
            store.Store(tmp_path / "runs.json").put(f"piece {number}", number)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (0, 20)))
    assert len(store.Store(tmp_path / "runs.json").read()) == 40


def test_a_write_that_fails_keeps_the_old_file(tmp_path):
    """What is no JSON is refused before the file is touched."""
    pieces = store.Store(tmp_path / "runs.json")
    pieces.put("kept", 1)
    with pytest.raises(TypeError):
        pieces.put("lost", object())
    assert pieces.read() == {"kept": 1}


# --- Plan and resuming -------------------------------------------------------------------------


def made_up_rates(name="keras_dcgan"):
    """Return three rounds: start 5 s, 2 steps a second in the median."""
    rounds = [(5.0, 2.0), (4.0, 1.0), (6.0, 9.0)]
    return {
        f"rate, {name}, round {number}": {
            "start": start,
            "steps_per_second": speed,
            "library": "TensorFlow 9",
            "busy": 0.01 * number,
        }
        for number, (start, speed) in enumerate(rounds)
    }


def test_planned_steps():
    """One step at the end of start-up, then two a second; rounded down where asked."""
    assert quality_report.planned_steps(made_up_rates(), "keras_dcgan") == {
        30: 51,
        60: 111,
        180: 351,
        600: 1191,
    }
    assert quality_report.planned_steps(made_up_rates("quick_gan"), "quick_gan") == {
        30: 50,
        60: 100,
        180: 350,
        600: 1150,
    }
    slow = {"rate, r3gan, round 0": {"start": 31.0, "steps_per_second": 1.0}}
    assert quality_report.planned_steps(slow, "r3gan")[30] == 0
    assert quality_report.planned_steps({}, "r3gan") == {}


@pytest.fixture()
def bench(tmp_path, monkeypatch):
    """Return a function that runs the command line, with workers that only note what they do."""
    calls = []

    def work(python, task, name, seed, folder, *numbers):
        calls.append((task, name, seed, numbers))
        for steps in numbers:
            np.save(folder / f"fakes_{steps}.npy", np.full((64, 28, 28, 1), steps % 256, np.uint8))
            yield {"steps": steps}

    monkeypatch.setattr(processes, "work", work)
    monkeypatch.setattr(quality, "write_arrays", lambda data, folder: None)
    monkeypatch.setattr(quality, "judge", lambda data: ("net", lambda p: float(p.max()) + 0.5))
    path = tmp_path / "runs.json"

    def run(*words):
        calls.clear()
        quality.main([*words, "--store", str(path), "--out", str(tmp_path)])
        return list(calls)

    run.pieces = store.Store(path)
    return run


@pytest.mark.parametrize(
    ("anytime", "runs"), [(True, [(50, 100)]), (False, [(50,), (100,)])], ids=["anytime", "fixed"]
)
def test_quality_goes_on_where_it_stopped(bench, anytime, runs, monkeypatch):
    """Only what is missing is trained; a longer time trains anew, but not what is there."""
    contestant = dataclasses.replace(CONTESTANTS["quick_gan"], anytime=anytime)
    monkeypatch.setitem(CONTESTANTS, "quick_gan", contestant)
    for key, rate in (made_up_rates() | made_up_rates("quick_gan")).items():
        bench.pieces.put(key, rate)
    names = ("--contestants", "keras_dcgan", "quick_gan", "--data", "mnist", "--seeds", "0")
    assert bench("quality", *names) == [
        ("train", "keras_dcgan", 0, (51, 111)),
        *[("train", "quick_gan", 0, stops) for stops in runs],
    ]
    assert bench("quality", *names) == []
    assert bench("quality", *names, "--seconds", "180") == [
        ("train", "keras_dcgan", 0, (351,)),
        ("train", "quick_gan", 0, (350,)),
    ]
    found = bench.pieces.read()["quality, mnist, keras_dcgan, seed 0, 60 s"]
    assert found == {"steps": 111, "frechet": 111.5, "net": "net"}


def test_new_rates_make_old_pieces_stale(bench):
    """A piece for another number of steps is neither reported nor kept."""
    for key, rate in made_up_rates().items():
        bench.pieces.put(key, rate)
    names = ("--contestants", "keras_dcgan", "--data", "mnist", "--seeds", "0", "--seconds", "30")
    bench("quality", *names)
    assert quality_report.distances(bench.pieces.read(), "mnist", "keras_dcgan", 30) == [51.5]
    for number in range(3):
        rate = bench.pieces.read()[f"rate, keras_dcgan, round {number}"]
        bench.pieces.put(f"rate, keras_dcgan, round {number}", rate | {"steps_per_second": 1.0})
    assert quality_report.distances(bench.pieces.read(), "mnist", "keras_dcgan", 30) == []
    assert bench("quality", *names) == [("train", "keras_dcgan", 0, (26,))]
    assert quality_report.distances(bench.pieces.read(), "mnist", "keras_dcgan", 30) == [26.5]


def test_forget_takes_one_contestant(bench):
    """quick_gan is forgotten, in rates and quality; keras_dcgan stays."""
    for name in ("keras_dcgan", "quick_gan"):
        for key, rate in made_up_rates(name).items():
            bench.pieces.put(key, rate)
        bench.pieces.put(f"quality, mnist, {name}, seed 0, 30 s", {"steps": 1})
    bench("forget", "--contestants", "quick_gan")
    assert len(bench.pieces.read()) == 4
    assert all("keras_dcgan" in key for key in bench.pieces.read())


def test_rates_of_another_machine_are_set_aside(bench, capsys):
    """Seconds of two machines do not mix, and none are lost."""
    bench.pieces.put("machine", {"processor": "Abacus", "cores": 1, "python": "1"})
    bench.pieces.put("kept", 1)
    bench("rates", "--contestants", "keras_dcgan", "--rounds", "1")
    assert "Abacus" in capsys.readouterr().out
    assert "kept" not in bench.pieces.read()
    aside = store.Store(bench.pieces.path.with_suffix(".other.json")).read()
    assert aside["kept"] == 1 and aside["machine"]["processor"] == "Abacus"


def test_what_another_machine_measured_is_set_aside(tmp_path):
    """Other versions on the same machine are no other machine."""
    pieces = store.Store(tmp_path / "runs.json")
    for line in ("Machine: A, 2 cores; Keras 1", "Machine: A, 2 cores; Keras 2"):
        pieces.begin_on(line)
        pieces.put(line[-1], "a piece")
    assert pieces.read()["machine"].endswith("Keras 1") and len(pieces.read()) == 3
    pieces.begin_on("Machine: B, 2 cores; Keras 1")
    assert pieces.read() == {"machine": "Machine: B, 2 cores; Keras 1"}
    assert len(store.Store(tmp_path / "runs.other.json").read()) == 3


def test_worker_that_fails_is_not_measured(tmp_path):
    """The reason is the last line of its errors; a contestant of no module gives one."""
    np.save(tmp_path / "images.npy", np.zeros(1))
    with pytest.raises(processes.NotMeasured, match=r"pytorch_dcgan: .*labels\.npy"):
        list(processes.work(sys.executable, "train", "pytorch_dcgan", 0, tmp_path, 1))


def test_command_line(capsys):
    """A mistyped stage names the stages; forgetting everything by accident is refused."""
    with pytest.raises(SystemExit):
        quality.arguments(["qualitty"])
    assert "rates, floor, quality" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        quality.arguments(["forget"])
    assert "--contestants" in capsys.readouterr().err
    assert quality.arguments([]).stages == ["rates", "floor", "quality", "report"]


# --- Report ------------------------------------------------------------------------------------


def made_up_store():
    """Return pieces: two seeds at 30 s and one at 60 s of one contestant, and a floor."""
    quality_pieces = {
        ("0", 30): (51, 120.0),
        ("1", 30): (51, 80.0),
        ("0", 60): (111, 9.876),
        ("1", 60): (999, 1.0),  # of other rates: counts for nothing
    }
    return {
        **made_up_rates(),
        "machine": {"processor": "Abacus", "cores": 2, "python": "3.11"},
        "floor, mnist": {"frechet": [1.0, 1.5, 1.25], "net": "mnist 01234567"},
        **{
            f"quality, mnist, keras_dcgan, seed {seed}, {seconds} s": {
                "steps": steps,
                "frechet": value,
            }
            for (seed, seconds), (steps, value) in quality_pieces.items()
        },
    }


def test_page_of_a_made_up_store():
    """Medians, ranges and numbers of seeds, and "not measured" for everything else."""
    lines = quality_report.page(made_up_store()).splitlines()
    rows = [line for line in lines if line.startswith("| DCGAN, keras.io |")]
    assert rows == [
        "| DCGAN, keras.io | 100 (80.0 to 120; 2) | 9.88 (1) | not measured | not measured |",
        "| DCGAN, keras.io | not measured | not measured | not measured | not measured |",
        "| DCGAN, keras.io | TensorFlow 9 | 5.00 (4.00 to 6.00; 3) | 2.00 (1.00 to 9.00; 3) "
        "| 51 | 111 | 351 | 1,191 |",
    ]
    assert "| real training pictures |" + " 1.25 (1.00 to 1.50; 3) |" * 4 in lines
    text = "\n".join(lines)
    assert "Abacus, 2 cores" in text and "at most 2%" in text and "mnist 01234567" in text
    for contestant in CONTESTANTS.values():
        assert f"**{contestant.label}**" in text


def test_slow_start_has_no_step_yet():
    """Who needs longer to start than the time has no distance, and that is said."""
    slow = {"rate, r3gan, round 0": {"start": 31.0, "steps_per_second": 1.0}}
    row = quality_report.quality_table(slow, "mnist")
    assert "| R3GAN at this size | no step yet | not measured |" in row


def test_figure_of_a_made_up_store():
    """The line holds the medians; it and the floor have labels; the file is small."""
    drawing = quality_report.figure(made_up_store())
    first, second = drawing.axes
    curves = [line for line in first.lines if list(line.get_xdata()) == [30, 60]]
    assert [list(curve.get_ydata()) for curve in curves] == [[100.0, 9.876]]
    assert [text.get_text() for text in first.texts] == [
        "DCGAN, keras.io",
        "real training pictures",
    ]
    assert not second.texts
    assert len(quality_report.gh.plots.png(drawing)) < 150_000


def test_lines_differ_without_color():
    """No two contestants share dash and marker."""
    assert len({style[1:] for style in quality_report.STYLES}) == len(CONTESTANTS)


def test_report_is_written(bench, tmp_path):
    """Page and figure lie beside each other."""
    for key, piece in made_up_store().items():
        bench.pieces.put(key, piece)
    bench("report")
    assert (tmp_path / "quality.png").read_bytes().startswith(b"\x89PNG")
    assert "9.88 (1)" in (tmp_path / "QUALITY.md").read_text(encoding="utf-8")


def test_labels_are_spread_out():
    """In order, a gap apart, unmoved where there is room, centered where not."""
    moved = quality_report.spread_out([5.0, 0.0, 0.1, 9.0], 1.0)
    assert moved == pytest.approx([5.0, -0.45, 0.55, 9.0])
    crowd = np.random.default_rng(0).normal(size=20)
    moved = quality_report.spread_out(crowd, 0.3)
    assert (np.diff(moved[np.argsort(crowd)]) >= 0.3 - 1e-9).all()
    assert moved.mean() == pytest.approx(crowd.mean())


# --- What is quoted ----------------------------------------------------------------------------


def test_lesson_05_quotes_what_was_measured():
    """The rows of its table and its steps a second are those of the last measurement."""
    lesson = nbformat.read(BENCHMARKS.parent / "notebooks" / "05_gpu_training.ipynb", 4)
    page = (BENCHMARKS / "QUALITY.md").read_text(encoding="utf-8")
    [text] = [cell.source for cell in lesson.cells if cell.source.startswith("## 11 ")]
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert len(rows) > 2 and all(row in page for row in rows[1:])
    [code] = [cell.source for cell in lesson.cells if "OURS = " in cell.source]
    rounds = quality_report.rates_of(
        store.Store(BENCHMARKS / "quality_runs.json").read(), "quick_gan"
    )
    rate = statistics.median(found["steps_per_second"] for found in rounds)
    assert f"OURS = {rate:.0f} " in code
