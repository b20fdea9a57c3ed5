"""Interactive pictures that stay readable without a kernel.

A widget here owns its controls, shows its picture as an HTML image with alt text, and hands
notebooks three views at once: the live widget, a PNG of the first frame, and a line of text.
It works with ipywidgets 7.7 (as on Colab) and 8, and never through an `Output` widget.
"""

import base64
import html
import time

import ipywidgets
import keras
import numpy as np

from gan_helpers import plots

_VIEW = "application/vnd.jupyter.widget-view+json"
_PICTURE_SIDE = 140  # screen pixels of the explorer's pictures, about


class _Picture:
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


class LatentExplorer(_Picture):
    """Sliders through the latent space of a trained generator.

    Three pictures stand side by side: the drawings for two latent vectors, each chosen by its
    seed, and between them the drawing for a vector on the way. "Position" goes from the first to
    the second along the sphere; "truncation" multiplies all three vectors: below 1 it pulls them
    towards the origin, to more ordinary pictures (Brock et al. 2018, "Large Scale GAN Training
    for High Fidelity Natural Image Synthesis").

    Args:
        gan: a `gh.GAN` of pictures.
        scale: screen pixels a picture pixel; None makes each picture about 140 pixels wide.

    Attributes:
        first_seed, second_seed, position, truncation: the sliders; set their `value` from code.
        picture: uint8 (H, 3 W + 2, C), the three pictures in a row.

    Raises:
        ValueError: when gan is something else, or a GAN of points instead of pictures.
    """

    def __init__(self, gan, scale=None):
        _check_draws_pictures(gan)
        if scale is None:
            scale = max(1, round(_PICTURE_SIDE / gan.sample_shape[1]))
        self.gan, self.scale = gan, _checked_whole("scale", scale)
        super().__init__(
            "Three drawings by the generator: for a first latent vector, for one on the way, "
            "for a second one."
        )
        self.first_seed = _slider("First seed", 0, 0, 99)
        self.second_seed = _slider("Second seed", 1, 0, 99)
        self.position = _slider("Position", 0.5, 0.0, 1.0)
        self.truncation = _slider("Truncation", 1.0, 0.0, 1.5)
        controls = [self.first_seed, self.second_seed, self.position, self.truncation]
        for control in controls:
            control.observe(self._draw, names="value")
        self.new_pair = ipywidgets.Button(
            description="New pair", tooltip="Two other latent vectors, by chance"
        )
        self.new_pair.on_click(self._choose_pair)
        self.widget = ipywidgets.VBox([*controls, self.new_pair, self._html])
        self._draw()

    @property
    def latent(self):
        """The latent vector of the sliders' positions, float32 (latent_dim,)."""
        return self._latents()[1]

    def _latents(self):
        """Return the vectors of the three pictures, float32 (3, latent_dim)."""
        first, second = (
            np.random.default_rng(slider.value).standard_normal(self.gan.latent_dim)
            for slider in (self.first_seed, self.second_seed)
        )
        between = plots.interpolate(first, second, steps=101)[round(100 * self.position.value)]
        return (self.truncation.value * np.stack([first, between, second])).astype(np.float32)

    def _draw(self, change=None):
        pictures = self.gan.generate(latent=self._latents())
        caption = (
            f"seed {self.first_seed.value}, position {self.position.value:.2f}, "
            f"seed {self.second_seed.value}; truncation {self.truncation.value:.2f}"
        )
        self._show(plots.tile(pictures, columns=3, gap=2), self.scale, caption)

    def _choose_pair(self, button):
        first, second = np.random.default_rng().choice(100, size=2, replace=False)
        self.first_seed.value, self.second_seed.value = int(first), int(second)


class LiveSamples(_Picture, keras.callbacks.Callback):
    """A callback that shows the pictures while they learn: display it, then train with it.

    A line below the pictures tells the training step and the time that has passed.

    Args:
        count: pictures in the grid.
        seed: of the fixed latent vectors.
        seconds: least time between two drawings, so that watching costs little.
        scale: screen pixels a picture pixel.

    Raises:
        ValueError: for a count or scale below 1, or negative seconds.
    """

    def __init__(self, count=32, seed=0, seconds=2.0, scale=2):
        if not (np.isscalar(seconds) and np.isreal(seconds) and seconds >= 0):
            raise ValueError(f"seconds is {seconds!r}; it must be a number from 0 on.")
        keras.callbacks.Callback.__init__(self)
        _Picture.__init__(self, "Drawings of the generator, renewed while it trains.")
        self.count, self.scale = _checked_whole("count", count), _checked_whole("scale", scale)
        self.seed, self.seconds = seed, seconds
        self._html.value = "<em>The pictures appear here when training begins.</em>"

    def on_train_begin(self, logs=None):
        _check_draws_pictures(self.model)
        self._start = time.monotonic()
        self._draw()

    def on_train_batch_end(self, batch, logs=None):
        if time.monotonic() - self._drawn >= self.seconds:
            self._draw()

    def on_train_end(self, logs=None):
        self._draw()

    def _draw(self):
        pictures = self.model.generate(self.count, seed=self.seed)
        self._drawn = time.monotonic()
        caption = f"step {self.model.steps}, {self._drawn - self._start:.0f} s of training"
        self._show(plots.tile(pictures), self.scale, caption)


def _slider(label, value, low, high):
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


def _checked_whole(name, value):
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} is {value!r}; it must be a whole number from 1 on.")
    return value


def _check_draws_pictures(gan):
    """Raise a ValueError unless `gan` is a `gh.GAN` whose samples are pictures."""
    shape = getattr(gan, "sample_shape", None)
    if shape is None:
        raise ValueError(f"got a {type(gan).__name__}; expected a gh.GAN, trained or not.")
    if len(shape) != 3:
        raise ValueError(f"this GAN makes samples of shape {shape}; a picture is (H, W, C).")
