"""A quiet start, fixed seeds, and the settings that suit this machine.

Import this module (or `gan_helpers`) before TensorFlow: only beforehand can be chosen what
TensorFlow prints while it loads, and what it computes with.
"""

import contextlib
import dataclasses
import os
import pathlib
import platform
import sys

from gan_helpers import arguments

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def ask_for_onednn(environment, machine):
    """Ask TensorFlow for oneDNN on x86 processors, unless the environment says otherwise.

    Left alone, TensorFlow computes without it on some processors, one with AVX2 alone among them.
    With it `quick_gan` does 1.5 times as many steps there, other networks up to 2.7 times, and
    grouped convolutions, which fail without it, can be trained (benchmarks/NOTES.md).
    """
    if machine.lower() in ("x86_64", "amd64"):
        environment.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def ask_for_one_thread(environment, cores):
    """Ask NumPy's OpenBLAS for one thread on two cores, unless the environment says otherwise.

    Its threads wait for each other at every product. Two programs on two cores, two lessons for
    instance, compute `evaluation.score` twenty times faster with one thread each than with two;
    one program alone 1.4 times (benchmarks/NOTES.md).
    """
    if cores == 2:
        environment.setdefault("OPENBLAS_NUM_THREADS", "1")


ask_for_onednn(os.environ, platform.machine())
ask_for_one_thread(os.environ, os.cpu_count())


@contextlib.contextmanager
def quiet():
    """Send what compiled code writes to stderr to nowhere; Python errors still get through.

    TensorFlow logs a few lines before it reads its own log level, straight to file descriptor 2.
    """
    try:
        saved = os.dup(2)
    except OSError:  # no stderr at all, as under some Windows launchers
        yield
        return
    with open(os.devnull, "w") as nowhere:
        sys.stderr.flush()
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)


with quiet():
    import keras
    import tensorflow as tf

PROFILES = ("smoke", "cpu", "gpu")
PRECISIONS = ("auto", "float32", "mixed_bfloat16", "mixed_float16")


@dataclasses.dataclass(frozen=True)
class Runtime:
    """What `setup` found and chose. Print it to read it.

    Attributes:
        seed: the seed given to Python, NumPy and Keras.
        profile: "smoke" (seconds, for tests), "cpu" or "gpu".
        device: the processor that trains, for people to read.
        devices: names of the visible GPUs, empty without one.
        precision: the Keras dtype policy, "float32" or "mixed_bfloat16".
        reason: why that precision.
    """

    seed: int
    profile: str
    device: str
    devices: tuple
    precision: str
    reason: str

    def choose(self, *, smoke, cpu, gpu=None):
        """Return the value for this profile; without `gpu`, a GPU takes the one for `cpu`."""
        return {"smoke": smoke, "cpu": cpu, "gpu": cpu if gpu is None else gpu}[self.profile]

    def __str__(self):
        rows = {
            "profile": self.profile,
            "device": self.device,
            "precision": f"{self.precision} ({self.reason})",
            "seed": self.seed,
            "versions": f"TensorFlow {tf.__version__}, Keras {keras.__version__}, "
            f"Python {platform.python_version()}",
        }
        return "\n".join(f"{name:<10} {value}" for name, value in rows.items())


def setup(seed=0, *, profile=None, precision="auto"):
    """Start TensorFlow quietly, fix all seeds and choose profile and precision.

    Args:
        seed: whole number from 0 to 2**32 - 1, given to Python, NumPy and Keras.
        profile: "smoke", "cpu" or "gpu"; else the environment variable GAN_HELPERS_PROFILE;
            else "gpu" where TensorFlow sees one, and "cpu" where not.
        precision: a Keras dtype policy, or "auto": bfloat16 where the hardware computes in it.

    Returns:
        A `Runtime`. One line is printed, the same on every machine; `print(runtime)` tells more.

    Raises:
        ValueError: for a seed out of range, an unknown profile or an unknown precision.
    """
    seed = arguments.whole("seed", seed, 0, 2**32 - 1)
    profile = profile or os.environ.get("GAN_HELPERS_PROFILE") or None
    if profile not in (None, *PROFILES):
        raise ValueError(f"profile is {profile!r}; allowed are {', '.join(PROFILES)}.")
    if precision not in PRECISIONS:
        raise ValueError(f"precision is {precision!r}; allowed are {', '.join(PRECISIONS)}.")

    tf.get_logger().setLevel("ERROR")  # replicas would report every message they exchange
    with quiet():
        graphics_cards = prepare_gpus()
    if not graphics_cards:
        _share_cores(os.cpu_count())
    keras.utils.set_random_seed(seed)
    policy, reason = choose_precision(precision, graphics_cards)
    keras.config.set_dtype_policy(policy)
    # Who asks for float32 wants its digits; newer GPUs would drop half of them (TF32).
    tf.config.experimental.enable_tensor_float_32_execution(precision != "float32")
    found = Runtime(
        seed=seed,
        profile=profile or ("gpu" if graphics_cards else "cpu"),
        device=", ".join(graphics_cards) or f"{processor_name()}, {os.cpu_count()} cores",
        devices=tuple(graphics_cards),
        precision=policy,
        reason=reason,
    )
    print(f"gan_helpers is ready: seed {seed}. What it found here: print(runtime)")
    return found


def prepare_gpus():
    """Let GPU memory grow with need, and return the cards' names."""
    cards = tf.config.list_physical_devices("GPU")
    for card in cards:
        # Too late once TensorFlow has used the card, which then goes on as it is.
        with contextlib.suppress(RuntimeError):
            tf.config.experimental.set_memory_growth(card, True)
    details = [tf.config.experimental.get_device_details(card) for card in cards]
    return [entry.get("device_name", "GPU") for entry in details]


def _share_cores(cores):
    """On two cores, compute two operations at a time instead of each one on both cores.

    The operations of small networks are too short to be cut in two: on two cores `quick_gan` then
    does 1.5 times as many steps a second (benchmarks/NOTES.md). With more cores TensorFlow
    decides; that was not measured. What was set before, and TensorFlow once started, stay as they
    are.
    """
    if cores == 2 and not tf.config.threading.get_intra_op_parallelism_threads():
        with contextlib.suppress(RuntimeError):
            tf.config.threading.set_intra_op_parallelism_threads(1)


def choose_precision(precision, graphics_cards):
    """Return (policy, reason)."""
    if precision != "auto":
        return precision, "asked for"
    if graphics_cards:
        details = tf.config.experimental.get_device_details(
            tf.config.list_physical_devices("GPU")[0]
        )
        major = details.get("compute_capability", (0, 0))[0]
        if major >= 8:
            return "mixed_bfloat16", "the GPU computes in bfloat16"
        return "float32", "the GPU has no bfloat16 units"
    if not onednn_is_on():
        return "float32", "oneDNN is switched off by TF_ENABLE_ONEDNN_OPTS, steps take longer"
    if bfloat16_instructions():
        return "mixed_bfloat16", f"the processor has {bfloat16_instructions()}"
    return "float32", "the processor has no bfloat16 instructions, without them it is slower"


def onednn_is_on():
    """Tell whether TensorFlow may use oneDNN; many switch it off to be rid of its message.

    Without it float32 steps take about twice as long, and bfloat16 ones ten times as long.
    """
    return os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1").lower() not in ("0", "false")


def bfloat16_instructions():
    """Return the processor's bfloat16 instruction set ("amx_bf16", "avx512_bf16") or "".

    TensorFlow reaches it through oneDNN alone, so it is "" where that is off.
    """
    if not onednn_is_on():
        return ""
    flags = _cpu_information("flags").split()
    return next((name for name in ("amx_bf16", "avx512_bf16") if name in flags), "")


def processor_name():
    """Return the processor's name for people to read."""
    return _cpu_information("model name") or platform.processor() or platform.machine()


def _cpu_information(field):
    """Return a field of Linux' /proc/cpuinfo, "" where there is none (macOS, Windows)."""
    path = pathlib.Path("/proc/cpuinfo")
    if path.exists():
        for line in path.read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == field:
                return value.strip()
    return ""
