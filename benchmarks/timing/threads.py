"""Threads and kernels of TensorFlow: `python -m timing.threads WITHIN BETWEEN PRECISION`."""

import json
import os
import sys

import numpy as np

import gan_helpers as gh
from timing import fitting, measuring

import tensorflow as tf  # isort: skip  (after gan_helpers, which silences its start)

ALL = (os.cpu_count(), os.cpu_count())
# Name, threads within and between operations (0: left to gh.setup), precision, environment.
DEFAULT = ("the choice of gh.setup", 0, 0, "auto", {})
SETTINGS = (
    ("as many threads as cores, within and between (TensorFlow's choice)", *ALL, "auto", {}),
    ("1 thread within an operation, 1 between", 1, 1, "auto", {}),
    ("2 within, 1 between", 2, 1, "auto", {}),
    ("1 within, 2 between", 1, 2, "auto", {}),
    ("OMP_NUM_THREADS=1", 0, 0, "auto", {"OMP_NUM_THREADS": "1"}),
    ("TF_ENABLE_ONEDNN_OPTS=0", 0, 0, "auto", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
    ("float32", 0, 0, "float32", {}),
    ("float32, TF_ENABLE_ONEDNN_OPTS=0", 0, 0, "float32", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
    ("float32, oneDNN at BF16", 0, 0, "float32", {"TF_SET_ONEDNN_FPMATH_MODE": "BF16"}),
)


def measure(within, between, precision, rounds=15):
    """Return the seconds of ten steps, one number a round."""
    tf.config.threading.set_intra_op_parallelism_threads(within)
    tf.config.threading.set_inter_op_parallelism_threads(between)
    gh.setup(seed=0, precision=precision)
    gan = fitting.build(fitting.STEPS_A_CALL)
    gan.make_train_function()
    iterator = iter(fitting.batches())
    times = measuring.in_turns({"step": lambda: gan.train_function(iterator)}, rounds)
    return times["step"].wall


def steps_a_second(setting):
    """Return the median rate in a fresh process."""
    _, within, between, precision, environment = setting
    seconds = measuring.fresh(
        "threads", within, between, precision, environment=os.environ | environment
    )
    return fitting.STEPS_A_CALL / float(np.median(seconds))


def section(quick):
    """Return the table of settings, between two runs of `gh.setup`'s choice."""
    settings = SETTINGS[::4] if quick else SETTINGS
    settings = (DEFAULT, *settings, DEFAULT)
    rates = [steps_a_second(setting) for setting in settings]
    base = (rates[0] + rates[-1]) / 2
    rows = [
        f"{setting[0]} | {rate:.1f} | {rate / base:.2f}"
        for setting, rate in zip(settings, rates, strict=True)
    ]
    return (
        "`quick_gan`'s step, each setting in a fresh process. What `gh.setup` chooses comes first "
        "and last: how far the two differ is how far to trust the rest.\n\n"
        + measuring.table("Setting | steps a second | rate / that of gh.setup's choice", rows)
    )


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])))
