"""A contestant in a process of its own, and what else the machine does meanwhile."""

import json
import os
import pathlib
import subprocess
import tempfile
import time

FOLDER = pathlib.Path(__file__).parents[1]  # where `peers` is found


class NotMeasured(Exception):
    """A contestant cannot run here; the message says why."""


def work(python, task, name, seed, folder, *numbers):
    """Run `peers.worker` by this interpreter and yield each JSON line that it prints.

    Raises:
        NotMeasured: when the process fails; the message is the last line of its errors.
    """
    command = [python, "-m", "peers.worker", task, name, str(seed), str(folder)]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [*command, *map(str, numbers)],
            cwd=FOLDER,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            for line in process.stdout:
                if line.startswith("{"):
                    yield json.loads(line)
            failed = process.wait() != 0
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        if failed:
            errors.seek(0)
            raise NotMeasured(f"{name}: {(errors.read().strip() or 'no message').splitlines()[-1]}")


def others_busy(seconds=1.0):
    """Return the share of all processors that is at work now; None where Linux does not tell."""
    path = pathlib.Path("/proc/stat")
    if not path.exists():
        return None

    def times():
        values = [int(value) for value in path.read_text().split("\n")[0].split()[1:9]]
        return sum(values), values[3] + values[4]  # all, and idle or waiting for a disk

    (all_before, idle_before), _ = times(), time.sleep(seconds)
    all_after, idle_after = times()
    return round(1.0 - (idle_after - idle_before) / max(all_after - all_before, 1), 3)
