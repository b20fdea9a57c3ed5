"""A run that is killed and started again ends with the very weights of one that never stopped."""

import multiprocessing
import os
import pathlib
import signal
import sys

import numpy as np
import pytest
import resumable_run

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Return a function that runs the script in a new process: (exit code, what it wrote)."""
    # On Linux new processes are copies of one that has imported TensorFlow and done nothing.
    context = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
    log = tmp_path_factory.mktemp("log") / "stderr.txt"

    def run(*arguments):
        arguments = [str(argument) for argument in (log, *arguments)]
        process = context.Process(target=resumable_run.run, args=arguments)
        process.start()
        process.join(300)
        return process.exitcode, log.read_text(encoding="utf-8")

    with pytest.MonkeyPatch.context() as patch:
        folder = str(pathlib.Path(resumable_run.__file__).parent)
        patch.setenv("PYTHONPATH", folder, prepend=os.pathsep)
        context.set_forkserver_preload(["resumable_run"])
        if sys.platform == "linux":
            from multiprocessing import forkserver  # not every system has it

            forkserver.ensure_running()
        yield run


@pytest.fixture(scope="module")
def uninterrupted(start, tmp_path_factory):
    """Return the state at the end of a run that nothing stopped, in a process of its own."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    code, said = start("ours", folder / "backup", folder / "result.npz")
    assert code == 0, said
    assert len(list((folder / "backup").iterdir())) == 2  # stays after the planned end
    return np.load(folder / "result.npz")


def assert_identical(found, wanted):
    assert set(found) == set(wanted)
    different = [name for name in wanted if found[name].tobytes() != wanted[name].tobytes()]
    assert different == []


@pytest.mark.slow
def test_killed_three_times_and_bit_identical(tmp_path, start, uninterrupted):
    steps = resumable_run.STEPS_PER_EPOCH
    whole_epochs = {
        steps + 4: 1,  # in the second epoch
        "writing": 2,  # while the backup of the third is half written
        3 * steps + 1: 3,  # early in the fourth
    }
    for place, whole in whole_epochs.items():
        code, said = start("ours", tmp_path / "backup", tmp_path / "result.npz", place)
        assert code == -signal.SIGKILL, said
        assert newest(tmp_path / "backup") == whole
        assert not (tmp_path / "result.npz").exists()
    code, said = start("ours", tmp_path / "backup", tmp_path / "result.npz")
    assert code == 0, said
    found = np.load(tmp_path / "result.npz")
    assert found["steps"] == resumable_run.EPOCHS * steps
    assert_identical(found, uninterrupted)


@pytest.mark.slow
def test_keras_own_backup_resumes_bit_identical_too(tmp_path, start, uninterrupted):
    place = 2 * resumable_run.STEPS_PER_EPOCH + 3  # in the third epoch
    code, said = start("keras", tmp_path / "backup", tmp_path / "result.npz", place)
    assert code == -signal.SIGKILL, said
    code, said = start("keras", tmp_path / "backup", tmp_path / "result.npz")
    assert code == 0, said
    assert_identical(np.load(tmp_path / "result.npz"), uninterrupted)


def newest(folder):
    """Return the number of finished epochs in the newest whole backup."""
    names = sorted(path.name for path in folder.glob("epoch_*.weights.h5"))
    return int(names[-1][6:12]) if names else 0
