"""Settings of pytest for the whole repository."""


def pytest_collectstart(collector):
    """Let nbval ignore stderr: what libraries warn about differs by machine."""
    if hasattr(collector, "skip_compare"):  # only nbval's collector of a notebook has it
        collector.skip_compare += ("stderr",)
