"""Interactive pictures that stay readable without a kernel.

A widget here owns its controls, shows its picture as an HTML image with alt text, and hands
notebooks three views at once: the live widget, a PNG of the first frame, and a line of text.
"""

import base64
import time

import ipywidgets
import keras
import numpy as np

from gan_helpers import plots


class _Picture:
    """A picture that can be changed in place, with views for readers without a kernel."""

    def __init__(self, alt):
        self.alt = alt
        self._html = ipywidgets.HTML()
        self._first = None

    def _show(self, picture, scale):
        content = plots.png(np.kron(picture, np.ones((scale, scale, 1), np.uint8)))
        if self._first is None:
            self._first = content
        coded = base64.b64encode(content).decode("ascii")
        self._html.value = f'<img alt="{self.alt}" src="data:image/png;base64,{coded}">'

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = dict(self.widget._repr_mimebundle_())
        data["text/plain"] = f"[widget] {self.alt}"
        data.pop("text/html", None)
        if self._first is None:
            return data
        data["image/png"] = base64.b64encode(self._first).decode("ascii")
        return data, {"image/png": {"alt": self.alt}}


class LatentExplorer(_Picture):
    """Sliders through the latent space of a trained generator.

    The picture shows the way between two latent vectors, each chosen by its seed: "position" goes
    from the first to the second along the sphere, and "truncation" pulls every vector towards
    the origin, to more ordinary pictures (Brock et al. 2018).

    Args:
        gan: a `gh.GAN` of pictures.
        scale: screen pixels a picture pixel.
    """

    def __init__(self, gan, scale=6):
        super().__init__(
            "A drawing by the generator for the latent vector that the sliders choose."
        )
        self.gan, self.scale = gan, scale
        self.first_seed = self._slider("First seed", 0, 0, 99)
        self.second_seed = self._slider("Second seed", 1, 0, 99)
        self.position = self._slider("Position", 0.0, 0.0, 1.0)
        self.truncation = self._slider("Truncation", 1.0, 0.0, 1.5)
        controls = [self.first_seed, self.second_seed, self.position, self.truncation]
        for control in controls:
            control.observe(self._draw, names="value")
        self.widget = ipywidgets.HBox([ipywidgets.VBox(controls), self._html])
        self._draw()

    @staticmethod
    def _slider(label, value, low, high):
        kind = ipywidgets.IntSlider if isinstance(value, int) else ipywidgets.FloatSlider
        return kind(value=value, min=low, max=high, description=label, continuous_update=True)

    @property
    def latent(self):
        """The latent vector of the sliders' positions, float32 (latent_dim,)."""
        ends = [
            np.random.default_rng(slider.value).standard_normal(self.gan.latent_dim)
            for slider in (self.first_seed, self.second_seed)
        ]
        between = plots.interpolate(*ends, steps=101)[round(100 * self.position.value)]
        return self.truncation.value * between

    def _draw(self, change=None):
        picture = self.gan.generate(latent=self.latent[np.newaxis])[0]
        self._show(picture, self.scale)


class LiveSamples(_Picture, keras.callbacks.Callback):
    """A callback that shows the pictures while they learn: display it, then train with it.

    Args:
        count: pictures in the grid.
        seed: of the fixed latent vectors.
        seconds: least time between two drawings, so that watching costs little.
        scale: screen pixels a picture pixel.
    """

    def __init__(self, count=32, seed=0, seconds=2.0, scale=2):
        keras.callbacks.Callback.__init__(self)
        _Picture.__init__(self, "Drawings of the generator, renewed while it trains.")
        self.count, self.seed, self.seconds, self.scale = count, seed, seconds, scale
        self.widget = self._html
        self._html.value = "<em>The pictures appear here when training begins.</em>"

    def on_train_begin(self, logs=None):
        self._next = 0.0
        self._draw()

    def on_train_batch_end(self, batch, logs=None):
        self._draw()

    def on_train_end(self, logs=None):
        self._next = 0.0
        self._draw()

    def _draw(self):
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self.seconds
            self._show(plots.tile(self.model.generate(self.count, seed=self.seed)), self.scale)
