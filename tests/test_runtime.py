"""A quiet start with fixed seeds, and the choices that suit the machine."""

import os
import platform
import random
import subprocess
import sys

import keras
import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers import runtime

LINE = "gan_helpers is ready: seed {}. What it found here: print(runtime)\n"


def run_fresh(code, **environment):
    """Run code in a new process; return what it printed and what it complained about."""
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("TF_", "OPENBLAS_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=kept | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def test_a_fresh_start_prints_one_line_and_nothing_else():
    said = run_fresh(
        "import gan_helpers as gh, tensorflow as tf, numpy as np\n"
        "gh.setup(seed=7)\n"
        # The first computation and the first dataset are when TensorFlow likes to talk.
        "tf.linalg.matmul(tf.ones((2, 2)), tf.ones((2, 2)))\n"
        "list(gh.data.pipeline(np.zeros((4, 2, 2, 1), 'uint8'), 2))\n"
    )
    assert said == (LINE.format(7), "")


GROUPED = """
import gan_helpers, os, tensorflow as tf
print(os.environ["TF_ENABLE_ONEDNN_OPTS"])
picture, kernel = tf.ones((1, 4, 4, 4)), tf.Variable(tf.ones((3, 3, 2, 4)))
with tf.GradientTape() as tape:
    tape.watch(picture)
    total = tf.reduce_sum(tf.nn.conv2d(picture, kernel, 1, "SAME"))
print([gradient.shape.as_list() for gradient in tape.gradient(total, [picture, kernel])])
"""


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="oneDNN is for these processors"
)
def test_onednn_is_used_on_every_processor():
    """TensorFlow has gradients of grouped convolutions with oneDNN alone."""
    assert run_fresh(GROUPED) == ("1\n[[1, 4, 4, 4], [3, 3, 2, 4]]\n", "")


@pytest.mark.parametrize(
    ("before", "machine", "after"),
    [(None, "x86_64", "1"), (None, "AMD64", "1"), ("0", "x86_64", "0"), (None, "arm64", None)],
)
def test_onednn_is_asked_for_where_it_was_not_refused(before, machine, after):
    environment = {} if before is None else {"TF_ENABLE_ONEDNN_OPTS": before}
    runtime.ask_for_onednn(environment, machine)
    assert environment.get("TF_ENABLE_ONEDNN_OPTS") == after


@pytest.mark.parametrize(
    ("before", "cores", "after"), [(None, 2, "1"), ("2", 2, "2"), (None, 1, None), (None, 8, None)]
)
def test_one_thread_of_numpy_is_asked_for_on_two_cores(before, cores, after):
    environment = {} if before is None else {"OPENBLAS_NUM_THREADS": before}
    runtime.ask_for_one_thread(environment, cores)
    assert environment.get("OPENBLAS_NUM_THREADS") == after


@pytest.mark.skipif(os.cpu_count() != 2, reason="elsewhere OpenBLAS chooses")
def test_numpy_computes_in_one_thread_on_two_cores():
    code = """
import gan_helpers
import threadpoolctl

pools = threadpoolctl.threadpool_info()
print({pool["num_threads"] for pool in pools if pool["user_api"] == "blas"})
"""
    assert run_fresh(code) == ("{1}\n", "")


def test_errors_are_not_silenced(capfd):
    with pytest.raises(ZeroDivisionError), runtime.quiet():
        os.write(2, b"noise of compiled code")
        1 / 0  # noqa: B018
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "after\n"


def test_one_line_is_printed(capfd):
    gh.setup(seed=3)
    assert capfd.readouterr() == (LINE.format(3), "")


def draw():
    """Return a random number of Python, of NumPy and of Keras, and a fresh weight."""
    return (
        random.random(),
        np.random.rand(),  # noqa: NPY002 (the global generator is what setup seeds)
        float(keras.random.normal(())),
        float(keras.initializers.GlorotUniform()((1, 1))[0, 0]),
    )


def test_seeds_repeat_everything(capsys):
    gh.setup(seed=5)
    first = draw()
    gh.setup(seed=5)
    assert draw() == first
    gh.setup(seed=6)
    assert all(one != other for one, other in zip(draw(), first, strict=True))


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, "7", None, True])
def test_seed_out_of_range(seed):
    with pytest.raises(ValueError, match="it must be a whole number from 0 to"):
        gh.setup(seed=seed)


def test_profile_comes_from_the_argument_then_the_environment_then_the_machine(monkeypatch, capsys):
    cards = runtime.tf.config.list_physical_devices("GPU")
    assert gh.setup().profile == ("gpu" if cards else "cpu")
    monkeypatch.setenv("GAN_HELPERS_PROFILE", "smoke")
    assert gh.setup().profile == "smoke"
    assert gh.setup(profile="gpu").profile == "gpu"
    monkeypatch.setenv("GAN_HELPERS_PROFILE", "")
    assert gh.setup().profile == ("gpu" if cards else "cpu")


@pytest.mark.parametrize("where", ["argument", "environment"])
def test_unknown_profile(where, monkeypatch):
    if where == "environment":
        monkeypatch.setenv("GAN_HELPERS_PROFILE", "fast")
    with pytest.raises(ValueError, match="profile is 'fast'; allowed are smoke, cpu, gpu"):
        gh.setup(profile="fast" if where == "argument" else None)


def test_choose(capsys):
    by_profile = {name: gh.setup(profile=name) for name in runtime.PROFILES}
    assert [by_profile[name].choose(smoke=1, cpu=2, gpu=3) for name in by_profile] == [1, 2, 3]
    assert by_profile["gpu"].choose(smoke=1, cpu=2) == 2


CPUINFO = """processor\t: 0
model name\t: Some Processor
flags\t\t: fpu sse2 avx2 {flags}

processor\t: 1
flags\t\t: fpu
"""


@pytest.mark.parametrize(
    ("flags", "policy", "reason"),
    [
        ("avx512f", "float32", "no bfloat16 instructions"),
        ("avx512f avx512_bf16", "mixed_bfloat16", "the processor has avx512_bf16"),
        ("amx_bf16 avx512_bf16", "mixed_bfloat16", "the processor has amx_bf16"),
        ("amx_tile not_amx_bf16", "float32", "no bfloat16 instructions"),
    ],
)
def test_precision_follows_the_processor(flags, policy, reason, tmp_path, monkeypatch, capsys):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(CPUINFO.format(flags=flags))
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    monkeypatch.setattr(runtime.pathlib, "Path", lambda _: cpuinfo)
    monkeypatch.setattr(runtime, "prepare_gpus", list)
    found = gh.setup()
    assert (found.precision, keras.config.dtype_policy().name) == (policy, policy)
    assert reason in found.reason
    assert "Some Processor" in found.device


@pytest.mark.parametrize(
    ("value", "on"), [(None, True), ("1", True), ("0", False), ("false", False), ("False", False)]
)
def test_without_onednn_float32_is_faster(value, on, tmp_path, monkeypatch, capsys):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(CPUINFO.format(flags="amx_bf16"))
    monkeypatch.setattr(runtime.pathlib, "Path", lambda _: cpuinfo)
    monkeypatch.setattr(runtime, "prepare_gpus", list)
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    if value is not None:
        monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", value)
    found = gh.setup()
    assert (found.precision == "mixed_bfloat16") is on
    assert ("oneDNN is switched off" in found.reason) is not on
    assert bool(runtime.bfloat16_instructions()) is on


def test_precision_without_cpuinfo(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime.pathlib, "Path", lambda _: tmp_path / "missing")
    assert runtime.bfloat16_instructions() == ""
    assert isinstance(runtime.processor_name(), str)


@pytest.mark.parametrize(
    ("capability", "policy"), [((7, 5), "float32"), ((8, 0), "mixed_bfloat16")]
)
def test_precision_follows_the_gpu(capability, policy, monkeypatch, capsys):
    config = runtime.tf.config
    monkeypatch.setattr(config, "list_physical_devices", lambda kind: ["card"])
    monkeypatch.setattr(
        config.experimental,
        "get_device_details",
        lambda card: {"device_name": "Some Card", "compute_capability": capability},
    )
    monkeypatch.setattr(config.experimental, "set_memory_growth", lambda card, grow: None)
    found = gh.setup()
    assert (found.profile, found.precision) == ("gpu", policy)
    assert found.devices == ("Some Card",) and found.device == "Some Card"


def test_who_asks_for_float32_gets_all_its_digits(capsys):
    """Newer GPUs would drop half of them (TF32)."""
    enabled = runtime.tf.config.experimental.tensor_float_32_execution_enabled
    before = enabled()
    try:
        for precision, may_drop in (("auto", True), ("float32", False), ("mixed_float16", True)):
            gh.setup(precision=precision)
            assert enabled() == may_drop, precision
    finally:
        runtime.tf.config.experimental.enable_tensor_float_32_execution(before)


def test_precision_asked_for(capsys):
    found = gh.setup(precision="mixed_float16")
    assert (found.precision, found.reason) == ("mixed_float16", "asked for")
    with pytest.raises(ValueError, match="precision is 'half'; allowed are auto, float32"):
        gh.setup(precision="half")


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("family", gh.networks.FAMILIES)
def test_outputs_stay_float32(policy, family, capsys):
    gh.setup(precision=policy)
    assert gh.networks.generator(latent_dim=2, width=1, family=family).output.dtype == "float32"
    assert gh.networks.discriminator(width=1, family=family).output.dtype == "float32"


def test_print_tells_what_was_found(capsys):
    text = str(gh.setup(seed=9, profile="smoke", precision="float32"))
    rows = dict(line.split(maxsplit=1) for line in text.splitlines())
    assert rows["profile"] == "smoke" and rows["seed"] == "9"
    assert rows["precision"] == "float32 (asked for)"
    assert f"Keras {keras.__version__}" in rows["versions"]


@pytest.mark.parametrize(
    ("cores", "before", "expected"), [(2, 0, [1]), (1, 0, []), (8, 0, []), (2, 2, [])]
)
def test_two_cores_take_one_operation_each(cores, before, expected, monkeypatch):
    threads, chosen = gh.runtime.tf.config.threading, []
    monkeypatch.setattr(threads, "get_intra_op_parallelism_threads", lambda: before)
    monkeypatch.setattr(threads, "set_intra_op_parallelism_threads", chosen.append)
    gh.runtime._share_cores(cores)
    assert chosen == expected


def test_a_started_tensorflow_keeps_its_threads(monkeypatch):
    def too_late(_):
        raise RuntimeError("Intra op parallelism cannot be modified after initialization.")

    threads = gh.runtime.tf.config.threading
    monkeypatch.setattr(threads, "get_intra_op_parallelism_threads", lambda: 0)
    monkeypatch.setattr(threads, "set_intra_op_parallelism_threads", too_late)
    gh.runtime._share_cores(2)
