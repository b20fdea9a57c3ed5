"""What `import gan_helpers` costs over `import tensorflow`."""

import subprocess
import sys

from timing import measuring

PROGRAMS = {"alone": "import tensorflow", "both": "import tensorflow, gan_helpers"}


def section(quick):
    """Return the section on imports; each is done by a fresh Python."""

    def run(program):
        subprocess.run([sys.executable, "-c", program], check=True, stderr=subprocess.DEVNULL)

    programs = {name: lambda text=text: run(text) for name, text in PROGRAMS.items()}
    times = measuring.in_turns(programs, rounds=2 if quick else 5)
    alone, both = (times[name].wall for name in ("alone", "both"))
    extra = [second - first for first, second in zip(alone, both, strict=True)]
    rows = [
        "`import gan_helpers` over `import tensorflow`, seconds | <= 0.3 | "
        + measuring.cells(extra),
        "`import tensorflow` itself, seconds | | " + measuring.cells(alone),
    ]
    return measuring.table(f"What | aim | {measuring.CELLS}", rows)
