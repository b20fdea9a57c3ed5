"""The speed benchmark: its clocks, the hand-written step, the convolutions, and the pages."""

import pathlib
import sys
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_helpers as gh

BENCHMARKS = pathlib.Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import report  # noqa: E402
import speed  # noqa: E402
import store  # noqa: E402
from timing import hand_written, limits, measuring  # noqa: E402

# --- Clocks ------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that moves only when told: `clock.now += seconds`."""
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr(measuring.time, "perf_counter", lambda: clock.now)
    monkeypatch.setattr(measuring.time, "process_time", lambda: 2 * clock.now)
    return clock


def test_turns_alternate_and_the_first_is_not_counted(clock):
    order = []

    def piece(name, seconds):
        def run():
            clock.now += 100.0 if name not in order else seconds
            order.append(name)

        return run

    times = measuring.in_turns({"a": piece("a", 1.0), "b": piece("b", 3.0)}, rounds=3)
    assert order == ["a", "b", "a", "b", "b", "a", "a", "b"]
    assert times["a"].wall == [1.0] * 3 and times["b"].wall == [3.0] * 3
    assert times["b"].processor == [6.0] * 3


def test_pace_tells_fit_from_its_peer(clock):
    def peer():
        clock.now += 7.0

    pace = measuring.Pace(peer)
    clock.now = 50.0
    pace.on_train_begin()
    for seconds in (1.0, 2.0):
        clock.now += seconds
        pace.on_epoch_end(0)
    assert pace.fitted.wall == [1.0, 2.0] and pace.fitted.processor == [2.0, 4.0]
    assert pace.peers.wall == [7.0, 7.0]


def test_interval_holds_the_median():
    """95 of 100 intervals shall; 80 to 100 is what chance leaves of it."""
    draws = np.random.default_rng(0).normal(5.0, 1.0, (60, 40))
    hits = [low <= 5.0 <= high for low, high in map(measuring.interval, draws)]
    assert 0.8 <= np.mean(hits) <= 1.0
    widths = [np.diff(measuring.interval(draw)) for draw in draws]
    assert 0.3 < np.mean(widths) < 1.0  # theory: 2 * 1.96 * 1.253 / sqrt(40) = 0.78
    assert measuring.interval([2.0, 2.0]) == (2.0, 2.0)


def test_cells_and_table():
    assert measuring.cells([1.0, 3.0, 2.0], digits=1).startswith("2.0 | ")
    assert measuring.cells([1.0, 3.0, 2.0], digits=1).endswith("1.0 to 3.0 | 3")
    assert measuring.table("a | b", ["1 | 2"]) == "| a | b |\n|---|---|\n| 1 | 2 |"


def test_machine_names_no_host():
    import socket

    line = measuring.machine("float32")
    assert "TensorFlow" in line and "GPU: not measured" in line
    assert socket.gethostname() not in line and str(pathlib.Path.home()) not in line


# --- The hand-written step ---------------------------------------------------------------------


def small_gan():
    """Return a tiny GAN of pictures with all that `quick_gan` uses, in float32."""
    keras.utils.set_random_seed(0)
    gan = gh.GAN(gh.networks.generator(width=2), gh.networks.discriminator(width=2))
    gan.compile(**gh.recipes.settings() | {"penalty_every": 2, "ema": 0.5}, run_eagerly=True)
    return gan


def test_hand_written_step_is_that_of_fit(digits):
    """Weights, averages and losses agree after steps with and without penalty."""
    fitted, looped = small_gan(), small_gan()
    real = tf.constant(gh.data.scale(digits[:8]))
    step = hand_written.step_of(looped)
    for _ in range(3):
        logs = fitted.train_step(real)
        losses = step(real)
    for name in ("generator", "discriminator", "ema_generator"):
        pairs = zip(getattr(fitted, name).weights, getattr(looped, name).weights, strict=True)
        for mine, other in pairs:
            np.testing.assert_allclose(mine, other, atol=2e-5)
    assert looped.steps == fitted.steps == 3
    assert float(losses[1]) > 0 and np.isfinite(float(logs["generator_loss"]))


@pytest.mark.parametrize("last", hand_written.PARTS[:-1])
def test_cut_steps_stop_where_told(digits, last):
    """What the cut step has not reached yet does not move."""
    gan = small_gan()
    networks = {"discriminator": gan.discriminator, "generator": gan.generator}
    before = {name: network.get_weights() for name, network in networks.items()}
    hand_written.step_of(gan, last)(tf.constant(gh.data.scale(digits[:4])))
    moved = {
        name: any((a != b).any() for a, b in zip(network.get_weights(), before[name], strict=True))
        for name, network in networks.items()
    }
    number = hand_written.PARTS.index(last)
    assert moved == {"discriminator": number >= 3, "generator": number >= 5}


# --- Convolutions ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def operations():
    """Return the convolutions of a step that needs one forward and both backward ones."""
    kernel = tf.Variable(tf.random.normal((3, 3, 4, 6)))
    latent = tf.Variable(tf.random.normal((5, 8, 8, 4)))

    def train_step(real):
        tf.nn.conv2d(real, kernel, 1, "SAME")  # nobody needs it
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.nn.conv2d(latent, kernel, 2, "SAME") ** 2)
        by_kernel, by_latent = tape.gradient(loss, [kernel, latent])
        latent.assign_sub(by_latent)
        return tf.reduce_sum(by_kernel)

    gan = types.SimpleNamespace(train_step=train_step, sample_shape=(8, 8, 4))
    return limits.convolutions(gan, batch_size=5)


def test_convolutions_that_are_needed(operations):
    assert sorted(operation.type for operation in operations) == sorted(limits.KINDS)


def test_steps_with_branches_are_refused():
    """What a branch holds would be counted wrongly, so nothing is."""

    def train_step(real):
        return tf.cond(tf.reduce_sum(real) > 0, lambda: real, lambda: -real)

    gan = types.SimpleNamespace(train_step=train_step, sample_shape=(8, 8, 4))
    with pytest.raises(RuntimeError, match="StatelessIf"):
        limits.convolutions(gan, batch_size=5)


def test_work_is_the_same_in_all_directions(operations):
    """5 pictures of 4 x 4 output pixels, 3 x 3 x 4 x 6 weights, two operations each."""
    assert [limits.work(operation) for operation in operations] == [2 * 5 * 16 * 3 * 3 * 4 * 6] * 3


def test_convolutions_alone_give_the_right_numbers(operations):
    forward = next(operation for operation in operations if operation.type == "Conv2D")
    images, kernel = (tf.random.normal(tensor.shape) for tensor in forward.inputs)
    np.testing.assert_allclose(
        limits.again(forward, [images, kernel]), tf.nn.conv2d(images, kernel, 2, "SAME"), atol=1e-4
    )
    results = limits.alone(operations)()
    assert [result.shape for result in results] == [op.outputs[0].shape for op in operations]


# --- Pages -------------------------------------------------------------------------------------


@pytest.fixture
def sections(tmp_path, monkeypatch):
    """Put two sections that only note their calls in place of the real ones."""
    calls = []

    def section(name):
        return lambda quick: calls.append((name, quick)) or f"{name} text"

    monkeypatch.setattr(
        speed, "SECTIONS", {name: (name.title(), section(name), (60, 6)) for name in ("one", "two")}
    )
    monkeypatch.setattr(speed, "RUNS", store.Store(tmp_path / "runs.json"))
    monkeypatch.setattr(speed, "REPORT", tmp_path / "SPEED.md")
    monkeypatch.setattr(
        speed.gh, "setup", lambda seed: types.SimpleNamespace(precision="float32", seed=seed)
    )
    return calls


def test_speed_goes_on_where_it_stopped(sections, tmp_path, capsys):
    speed.RUNS.put("one", "kept text")
    speed.main([])
    assert sections == [("two", False)]
    assert "about 1.0 minutes" in capsys.readouterr().out
    page = (tmp_path / "SPEED.md").read_text(encoding="utf-8")
    assert page.index("## One\n\nkept text") < page.index("## Two\n\ntwo text")
    speed.main(["one"])
    assert sections == [("two", False), ("one", False)]
    assert "one text" in (tmp_path / "SPEED.md").read_text(encoding="utf-8")


def test_quick_writes_nothing(sections, tmp_path):
    speed.main(["--quick"])
    assert sections == [("one", True), ("two", True)]
    assert not list(tmp_path.iterdir())


def test_unknown_section(sections, capsys):
    with pytest.raises(SystemExit):
        speed.main(["three"])
    assert "sections are one, two" in capsys.readouterr().err


def test_results_hold_every_piece(tmp_path):
    """Headings sink one level, code stays, and what is missing is said."""
    (tmp_path / "SPEED.md").write_text("# Speed\n\n## Part\n\n```\n# a comment\n```\n\n| a |\n")
    (tmp_path / "PLANE.md").write_text("# Plane\n")
    page = report.assembled(tmp_path, "1 May")
    assert "on 1 May" in page
    assert "- [Speed](SPEED.md), by `speed.py`" in page
    assert "- `quality.py`: not measured yet" in page
    assert "\n## Speed\n\n### Part\n\n```\n# a comment\n```\n\n| a |" in page
    assert page.index("## Plane") < page.index("## Speed")
    assert page.count("\n# ") == 1 and page.startswith("# Results")


def test_an_epoch_of_fit_stands_between_two_runs_of_the_loop():
    found = measuring.against_loop([9.0, 2.0, 6.0], [1.0, 3.0, 5.0])
    np.testing.assert_allclose(found, [2.0 / 2.0, 6.0 / 4.0])
