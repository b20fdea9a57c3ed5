"""What the widgets share: a picture that changes in place, sliders, checks."""

import base64
import html

import ipywidgets
import numpy as np

from gan_helpers import plots

_VIEW = "application/vnd.jupyter.widget-view+json"


class Picture:
    """A picture that can be changed in place, with views for readers without a kernel.

    Attributes:
        alt: what the picture shows, the same at every moment.
        picture: what is shown now, uint8 (H, W, C); None before the first drawing.
        widget: the live widget, to place into a layout of your own.
    """

    def __init__(self, alt):
        self.alt = alt
        self.picture = None
        self.widget = self._html = ipywidgets.HTML()
        self._first = None

    def _show(self, picture, scale, caption):
        self.picture = picture
        content = plots.png(np.kron(picture, np.ones((scale, scale, 1), np.uint8)))
        if self._first is None:
            self._first = content
        coded = base64.b64encode(content).decode("ascii")
        alt = html.escape(f"{self.alt} Now: {caption}.")
        self._html.value = (
            f'<img alt="{alt}" src="data:image/png;base64,{coded}" style="max-width: 100%">'
            f"<div>{html.escape(caption)}</div>"
        )

    def _repr_mimebundle_(self, include=None, exclude=None):
        # Written out by hand, because ipywidgets 7 does not have this method.
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}
        data = {_VIEW: view, "text/plain": f"[widget] {self.alt}"}
        if self._first is None:
            return data, {}
        data["image/png"] = base64.b64encode(self._first).decode("ascii")
        return data, {"image/png": {"alt": self.alt}}


def slider(label, value, low, high):
    """Return a slider whose label is never cut off."""
    options = {
        "value": value,
        "min": low,
        "max": high,
        "description": label,
        "style": {"description_width": "7em"},
        "layout": {"width": "26em", "max_width": "100%"},
    }
    if isinstance(value, int):
        return ipywidgets.IntSlider(**options)
    return ipywidgets.FloatSlider(step=0.05, **options)


def check_draws_pictures(gan):
    """Raise a ValueError unless `gan` is a `gh.GAN` whose samples are pictures."""
    shape = getattr(gan, "sample_shape", None)
    if shape is None:
        raise ValueError(f"got a {type(gan).__name__}; expected a gh.GAN, trained or not.")
    if len(shape) != 3:
        raise ValueError(f"this GAN makes samples of shape {shape}; a picture is (H, W, C).")
