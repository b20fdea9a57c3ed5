"""Check style, run the unit tests, run every lesson: what `make test` does, on any system."""

import os
import pathlib
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
# Kernels that two processes start at once can be given the same ports: whatever starts kernels
# runs one at a time, the rest two at a time.
KERNELS = ["tests/notebooks/test_execute.py", "tests/notebooks/test_nbval.py", "tests/browser"]
STAGES = {
    "style": ["ruff", "check", "."],
    "unit tests": [
        *["pytest", "-q", "-n", "2", "--dist", "loadscope"],
        *[f"--ignore={path}" for path in KERNELS],
        "tests",
    ],
    "kernels": ["pytest", "-q", *KERNELS],
    "lessons": [
        *["pytest", "-q", "--nbval", "--nbval-current-env"],
        *["--nbval-cell-timeout=300", "--nbval-sanitize-with=tests/notebooks/sanitize.cfg"],
        "notebooks",
    ],
}


def run_stage(name, command):
    """Run one stage; return (passed, seconds)."""
    print(f"\n== {name}: {' '.join(command)}", flush=True)
    start = time.monotonic()
    # Lessons run in seconds, not minutes: their outputs do not depend on the profile.
    environment = os.environ | ({"GAN_HELPERS_PROFILE": "smoke"} if name == "lessons" else {})
    finished = subprocess.run([sys.executable, "-m", *command], cwd=REPOSITORY, env=environment)
    return finished.returncode == 0, time.monotonic() - start


def main():
    """Run all stages, also after one failed; exit with 1 where one did."""
    results = {name: run_stage(name, command) for name, command in STAGES.items()}
    print("\n== summary")
    for name, (passed, seconds) in results.items():
        print(f"{name:<12} {'passed' if passed else 'FAILED':<8} {seconds:>6.0f} s")
    sys.exit(0 if all(passed for passed, _ in results.values()) else 1)


if __name__ == "__main__":
    main()
