"""Sliders through the latent space."""

import ipywidgets
import numpy as np

from gan_helpers import arguments, plots
from gan_helpers.widgets import pictures

_PICTURE_SIDE = 140  # screen pixels of the explorer's pictures, about


class LatentExplorer(pictures.Picture):
    """Sliders through the latent space of a trained generator.

    Three pictures stand side by side: the drawings for two latent vectors, each chosen by its
    seed, and between them the drawing for a vector on the way. "Position" goes from the first to
    the second along the sphere; "truncation" multiplies all three vectors: below 1 it pulls them
    towards the origin, to more ordinary pictures (Brock et al. 2018, "Large Scale GAN Training
    for High Fidelity Natural Image Synthesis").

    A GAN with classes gets one more slider: the class of the three pictures. The latent vectors
    stay when it moves, so one style is seen in all classes.

    Args:
        gan: a `gh.GAN` of pictures.
        scale: screen pixels a picture pixel; None makes each picture about 140 pixels wide.

    Attributes:
        first_seed, second_seed, position, truncation: the sliders; set their `value` from code.
        label: the slider of the class, None for a GAN without classes.
        picture: uint8 (H, 3 W + 4, C), the three pictures in a row.

    Raises:
        ValueError: when gan is something else, a GAN of points instead of pictures, or one whose
            condition is no class.
    """

    def __init__(self, gan, scale=None):
        pictures.check_draws_pictures(gan)
        if gan.conditional and not gan.classes:
            raise ValueError("this GAN's condition is no class; there is no slider for it.")
        if scale is None:
            scale = max(1, round(_PICTURE_SIDE / gan.sample_shape[1]))
        self.gan, self.scale = gan, arguments.whole("scale", scale)
        super().__init__(
            "Three drawings by the generator: for a first latent vector, for one on the way, "
            "for a second one."
        )
        self.first_seed = pictures.slider("First seed", 0, 0, 99)
        self.second_seed = pictures.slider("Second seed", 1, 0, 99)
        self.position = pictures.slider("Position", 0.5, 0.0, 1.0)
        self.truncation = pictures.slider("Truncation", 1.0, 0.0, 1.5)
        self.label = pictures.slider("Class", 0, 0, gan.classes - 1) if gan.classes else None
        controls = [self.first_seed, self.second_seed, self.position, self.truncation]
        controls = [self.label, *controls] if self.label else controls
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
        label = self.label.value if self.label else None
        pictures = self.gan.generate(latent=self._latents(), condition=label)
        caption = (
            f"seed {self.first_seed.value}, position {self.position.value:.2f}, "
            f"seed {self.second_seed.value}; truncation {self.truncation.value:.2f}"
        )
        if self.label:
            caption = f"class {label}; {caption}"
        self._show(plots.tile(pictures, columns=3, gap=2), self.scale, caption)

    def _choose_pair(self, button):
        first, second = np.random.default_rng().choice(100, size=2, replace=False)
        self.first_seed.value, self.second_seed.value = int(first), int(second)
