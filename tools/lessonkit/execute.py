"""Run lessons from top to bottom, keep their outputs, measure time and memory."""

import base64
import os
import threading
import time

import nbclient
import psutil
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager

from lessonkit import notebooks

FAILURES = (nbclient.exceptions.CellControlSignal, nbclient.exceptions.DeadKernelError)
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class PeakMemory(threading.Thread):
    """Watches the resident memory of everything that this process has started."""

    def __init__(self, interval=0.2):
        super().__init__(daemon=True)
        self.interval = interval
        self.peak = 0
        self.stopped = threading.Event()

    def run(self):
        """Measure until `stopped` is set."""
        while not self.stopped.wait(self.interval):
            self.peak = max(self.peak, resident_memory_of_children())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.join()


def resident_memory_of_children():
    """Return the bytes of main memory that all descendants of this process hold together."""
    total = 0
    for process in psutil.Process().children(recursive=True):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:  # it ended while we were counting
            pass
    return total


def kernel_of_this_environment():
    """Return a manager for a kernel of the Python that runs this, whatever else is installed."""
    no_other_kernels = KernelSpecManager(kernel_dirs=[])
    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=no_other_kernels)


def execute(notebook, folder, cell_timeout=1200):
    """Run a notebook in place and return (seconds, peak bytes)."""
    client = nbclient.NotebookClient(
        notebook,
        km=kernel_of_this_environment(),
        timeout=cell_timeout,
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--IPKernelApp.log_level=40"],  # no remarks on the transport
        resources={"metadata": {"path": str(folder)}},
    )
    start = time.monotonic()
    with PeakMemory() as memory:
        client.execute(cleanup_kc=True)  # or the kernel lives on beside the next lesson's
    return time.monotonic() - start, memory.peak


def tidy(notebook):
    """Drop what changes from run to run or from machine to machine without meaning anything."""
    measured = notebooks.measurement(notebook)
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    if measured:
        notebook.metadata["gan_helpers"] = measured
    for cell in notebook.cells:
        for key in ("execution", "ExecuteTime", "collapsed", "scrolled"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = merge_neighboring_streams(cell.outputs)


def merge_neighboring_streams(outputs):
    """Join printed text that arrived in several pieces: where it breaks is chance."""
    merged = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output.output_type == "stream" and output.get("name") == last.get("name"):
            last["text"] += output.text
        else:
            merged.append(output)
    return merged


def result_picture(notebook):
    """Return the PNG of the cell tagged `result`, which the head shows first; None without one."""
    for cell in notebooks.code_cells(notebook):
        if "result" in notebooks.tags(cell):
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    return base64.b64decode(output["data"]["image/png"])
    return None


def write_result_picture(notebook, path):
    """Write what the lesson promises at its head from what it has just reached."""
    picture = result_picture(notebook)
    if picture is not None:
        folder = path.parent / "images"
        folder.mkdir(exist_ok=True)
        (folder / f"{path.name[:2]}_result.png").write_bytes(picture)


def run_lesson(path, profile):
    """Run one lesson, write it, return its row of the table; a failure leaves the file alone."""
    notebook = notebooks.read(path)
    seconds, peak = execute(notebook, path.parent)
    # Only the times of the profile that readers use are worth keeping.
    notebook.metadata["gan_helpers"] = (
        {"seconds": round(seconds), "peak_mb": round(peak / 1e6)} if profile == "cpu" else {}
    )
    tidy(notebook)
    notebooks.write(notebook, path)
    if profile == "cpu":
        write_result_picture(notebook, path)
    cells = notebooks.code_cells(notebook)
    ignored = sum(bool(notebooks.tags(cell) & notebooks.NOT_COMPARED) for cell in cells)
    size = path.stat().st_size
    return (
        f"{path.stem:<28} {seconds:>5.0f} s {peak / 1e6:>6.0f} MB {size / 1e3:>6.0f} KB"
        f" {len(cells) - ignored:>9}/{ignored}"
    )


def run(paths):
    """Run lessons one after the other; return False where one failed."""
    profile = os.environ.setdefault("GAN_HELPERS_PROFILE", "cpu")
    rows, failed = [], []
    for path in paths:
        print(f"Running {path.name} in profile {profile} ...", flush=True)
        try:
            rows.append(run_lesson(path, profile))
        except FAILURES as error:
            failed.append(path.name)
            print(f"{path.name} failed; the file is unchanged.\n{error}")
    print(f"\n{'lesson':<28} {'time':>7} {'peak':>9} {'file':>9}  compared/ignored cells")
    print("\n".join(rows))
    if failed:
        print("failed: " + ", ".join(failed))
    return not failed
