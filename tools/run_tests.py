"""Check style, run the unit tests, run every lesson: what `make test` does, on any system."""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
# Kernels that two processes start at once can be given the same ports: these run one at a time.
KERNELS = ["tests/notebooks/test_execute.py", "tests/notebooks/test_nbval.py", "tests/browser"]
TWO_FILES_AT_A_TIME = ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
STAGES = {
    "style": ["ruff", "check", "."],
    "unit tests": [
        # The long ones first: see tests/conftest.py. nbval, which loads slowly, is for notebooks.
        *["pytest", "-q", "-p", "no:nbval", *TWO_FILES_AT_A_TIME],
        *[f"--ignore={path}" for path in KERNELS],
        "tests",
    ],
    "kernels": ["pytest", "-q", *KERNELS],
    "lessons": [
        *["pytest", "-q", "--nbval", "--nbval-current-env"],
        *["--nbval-cell-timeout=300", "--nbval-sanitize-with=tests/notebooks/sanitize.cfg"],
        # Where kernels need no ports: see conftest.py.
        *(TWO_FILES_AT_A_TIME if os.name == "posix" else []),
        "notebooks",
    ],
}
BESIDE = "unit tests"  # runs beside all others


def run_stage(name, command, output=None, before=()):
    """Run one stage, its output to the terminal or a file; return (passed, seconds)."""
    head = f"\n== {name}: {' '.join(command)}\n"
    print(head, end="", file=output, flush=True)
    start = time.monotonic()
    # Lessons run in seconds, not minutes: their outputs do not depend on the profile.
    environment = os.environ | ({"GAN_HELPERS_PROFILE": "smoke"} if name == "lessons" else {})
    finished = subprocess.run(
        [*before, sys.executable, "-m", *command],
        cwd=REPOSITORY,
        env=environment,
        stdout=output,
        stderr=output and subprocess.STDOUT,
    )
    return finished.returncode == 0, time.monotonic() - start


def run_stages():
    """Run all stages, also after one failed; return {name: (passed, seconds)}.

    The unit tests take what the others leave, and both cores in the end; what they say is printed
    when they are done.
    """
    polite = ["nice", "-n", "10"] if shutil.which("nice") else []
    results = {}
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        beside = pool.submit(run_stage, BESIDE, STAGES[BESIDE], said, polite)
        for name in STAGES:
            if name != BESIDE:
                results[name] = run_stage(name, STAGES[name])
        results[BESIDE] = beside.result()
        said.seek(0)
        shutil.copyfileobj(said, sys.stdout)
    return results


def main():
    """Run all stages; exit with 1 where one failed."""
    start = time.monotonic()
    results = run_stages()
    print("\n== summary")
    for name in STAGES:
        passed, seconds = results[name]
        print(f"{name:<12} {'passed' if passed else 'FAILED':<8} {seconds:>6.0f} s")
    print(f"{'together':<21} {time.monotonic() - start:>6.0f} s, the unit tests beside the others")
    sys.exit(0 if all(passed for passed, _ in results.values()) else 1)


if __name__ == "__main__":
    main()
