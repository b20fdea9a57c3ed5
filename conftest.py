"""Settings of pytest for the whole repository."""

import os
import tempfile
import uuid

import jupyter_client


def kernel_manager(**options):
    """Return a manager that talks to its kernel through files instead of ports.

    Two processes that look for free ports at once can be given the same ones, and one of their
    kernels then never answers. These names are never the same.
    """
    place = os.path.join(tempfile.gettempdir(), f"kernel-{uuid.uuid4().hex}")
    return jupyter_client.KernelManager(**options, transport="ipc", ip=place)


def pytest_configure(config):
    """Let two lessons run at a time, where the system has sockets in files."""
    if config.pluginmanager.hasplugin("nbval") and os.name == "posix":
        import nbval.kernel

        nbval.kernel.KernelManager = kernel_manager


def pytest_collectstart(collector):
    """Let nbval ignore stderr: what libraries warn about differs by machine."""
    if hasattr(collector, "skip_compare"):  # only nbval's collector of a notebook has it
        collector.skip_compare += ("stderr",)
