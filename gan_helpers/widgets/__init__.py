"""Interactive pictures that stay readable without a kernel.

A widget here owns its controls, shows its picture as an HTML image with alt text, and hands
notebooks three views at once: the live widget, a PNG of the first frame, and a line of text.
It works with ipywidgets 7.7 (as on Colab) and 8, and never through an `Output` widget.
"""

from gan_helpers.widgets.explorer import LatentExplorer
from gan_helpers.widgets.lab import GanLab
from gan_helpers.widgets.live import LiveSamples

__all__ = ["GanLab", "LatentExplorer", "LiveSamples"]
