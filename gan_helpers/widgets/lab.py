"""A laboratory in the plane: choose data, loss, rates and penalty, and watch the game step by step.

After Kahng et al. 2019, "GAN Lab: Understanding Complex Deep Generative Models using Interactive
Visual Experimentation"; here the very `gh.GAN` plays that also draws pictures.
"""

import time
import warnings

import ipywidgets
import keras
import numpy as np
from matplotlib.backends import backend_agg

from gan_helpers import arguments, data, evaluation, gan, losses, networks, plots
from gan_helpers.plots import plane as plane_plots
from gan_helpers.widgets import pictures

# Wider than the published ring, so that its modes are seen.
DATA = {"ring": lambda: data.ring(deviation=0.03), "grid": data.grid, "spiral": data.spiral}
OWN = "own points"
PENALTIES = {
    "none": (),
    "R1": ("r1",),
    "R1 + R2": ("r1", "r2"),
    "WGAN-GP": ("gradient_penalty",),
}
_COUNT = 20_000  # points drawn from a mixture
_SCORED = 2_500  # fakes that are scored, as in the published protocol
_LIMITS = 0.6  # margin around the data, a share of its side: fakes run away


class GanLab(pictures.Picture):
    """A GAN of points that learns before your eyes.

    The picture shows reals, fakes, the discriminator's judgment, the pushes on the fakes and the
    bent latent space (see `gh.plots.plane_frame`), beside it the losses and the share of modes
    and of high-quality points. Step and Play train; a changed setting starts anew.

    Args:
        data: "ring", "grid" or "spiral"; or a `gh.data.Mixture`; or points of your own, float
            (N, 2), whose modes nobody knows, so none are counted.
        seed: of the weights, the points and the latent vectors.
        width: units of each hidden layer of both networks.
        batch_size: points a step.

    Attributes:
        data, loss, generator_rate, discriminator_rate, penalty, weight, steps_per_frame,
        averaged: the controls; set their `value` from code.
        play: the player; each of its ticks is one frame.
        gan: the `gh.GAN` that trains.
        points: float32 (N, 2), what it trains on; mixture: their `Mixture`, or None.
        caption: the line below the picture.
        scores: what `gh.evaluation.plane_coverage` says now; empty without a mixture.
        history: dict of lists with one entry a frame: step, both losses and the scores.

    Raises:
        ValueError: for unknown data, points of another shape, or a number out of range.
    """

    def __init__(self, data="ring", seed=0, width=64, batch_size=128):
        self._own = _checked_data(data)
        self.width = arguments.whole("width", width)
        self.batch_size = arguments.whole("batch_size", batch_size)
        self.seed = arguments.whole("seed", seed, 0, 2**31 - 1)
        if isinstance(self._own, np.ndarray) and len(self._own) < batch_size:
            raise ValueError(
                f"there are {len(self._own)} points; give at least batch_size, {batch_size}."
            )
        super().__init__(
            "A GAN of points: real points, fakes, the discriminator's judgment of the plane, "
            "and the curves of both losses."
        )
        self._build_controls(data if isinstance(data, str) else OWN)
        self.reset()

    def _build_controls(self, chosen):
        own = [] if self._own is None else [OWN]
        self.data = _menu("Data", [*DATA, *own], chosen)
        self.loss = _menu("Loss", list(losses.LOSSES), "non_saturating")
        self.generator_rate = _rate("Rate of G", 1e-3, -5, -1)
        self.discriminator_rate = _rate("Rate of D", 1e-3, -5, -1)
        self.penalty = _menu("Penalty", list(PENALTIES), "none")
        self.weight = _rate("Its weight", 0.1, -3, 1)
        self.steps_per_frame = _menu("Steps a frame", [1, 10, 50, 200], 50)
        self.averaged = ipywidgets.Checkbox(description="draw the averaged generator")
        settings = [
            self.data,
            self.loss,
            self.generator_rate,
            self.discriminator_rate,
            self.penalty,
            self.weight,
        ]
        for control in settings:
            control.observe(lambda change: self.reset(), names="value")
        self.averaged.observe(lambda change: self._draw(), names="value")
        self.play = ipywidgets.Play(min=0, max=1_000_000, interval=500, description="Play")
        self.play.observe(self._tick, names="value")
        self.step_button = ipywidgets.Button(description="Step", tooltip="Train for one frame")
        self.step_button.on_click(lambda button: self.step())
        self.reset_button = ipywidgets.Button(description="Reset", tooltip="Start anew")
        self.reset_button.on_click(lambda button: self.reset())
        buttons = ipywidgets.HBox([self.play, self.step_button, self.reset_button])
        choices = ipywidgets.VBox([*settings, self.steps_per_frame, self.averaged])
        self.widget = ipywidgets.VBox([choices, buttons, self._html])

    # --- What the buttons do -------------------------------------------------------------------

    def reset(self):
        """Start anew with the chosen settings: the same seed gives the same start."""
        self.mixture = self._own if self.data.value == OWN else DATA[self.data.value]()
        if isinstance(self.mixture, data.Mixture):
            self.points = self.mixture.sample(_COUNT, self.seed)[0]
        else:
            self.points, self.mixture = self._own, None
        self._dataset = data.pipeline(self.points, self.batch_size, self.seed, repeat=True)
        self.gan = self._new_gan()
        self.history = {name: [] for name in ("step", "generator_loss", "discriminator_loss")}
        self._message = ""
        self._draw()

    def step(self, steps=None):
        """Train for one frame, or for a number of steps from 1 on, and draw."""
        if steps is not None:
            steps = arguments.whole("steps", steps)
        start = time.monotonic()
        self._train(self.steps_per_frame.value if steps is None else steps)
        self._draw()
        # Ticks faster than the work would pile up and go on after "pause".
        self.play.interval = max(200, round(1300 * (time.monotonic() - start)))

    def film(self, steps=(0, 100, 300, 1000), **options):
        """Return a figure of the run at these steps, for readers without a kernel.

        The run starts anew with the chosen settings; the lab then stands at the last step.

        Args:
            steps: rising whole numbers from 0 on.
            **options: of `gh.plots.plane_film`, such as `columns` or `layers`.
        """
        steps = list(steps)
        whole = all(arguments.is_whole(step, 0) for step in steps)
        if not steps or not whole or steps != sorted(set(steps)):
            raise ValueError(f"steps is {steps!r}; expected rising whole numbers from 0 on.")
        self.reset()
        frames, titles = [], []
        for step in steps:
            if step > self.gan.steps:
                self._train(step - self.gan.steps)
            frames.append(self._frame())
            # Not the step that was asked for: a run whose numbers break ends earlier.
            titles.append(f"step {self.gan.steps}" + self._modes_found(", {} of {}"))
        self._draw()
        return plots.plane_film(frames, titles, **options)

    def _tick(self, change):
        if change["new"] > change["old"]:  # not when "stop" sends the player back to 0
            self.step()

    # --- The game ------------------------------------------------------------------------------

    def _new_gan(self):
        keras.utils.set_random_seed(self.seed)
        model = gan.GAN(
            networks.plane_generator(width=self.width),
            networks.plane_discriminator(width=self.width),
        )
        rates = {
            f"{name}_optimizer": keras.optimizers.Adam(control.value, beta_1=0.5, beta_2=0.99)
            for name, control in (
                ("generator", self.generator_rate),
                ("discriminator", self.discriminator_rate),
            )
        }
        penalties = dict.fromkeys(PENALTIES[self.penalty.value], self.weight.value)
        model.compile(loss=self.loss.value, **rates, **penalties, seed=self.seed)
        return model

    def _train(self, steps):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run = self.gan.fit(self._dataset, steps_per_epoch=steps, epochs=1, verbose=0)
        broken = [str(entry.message) for entry in caught if entry.category is RuntimeWarning]
        self._message = broken[0] if broken else ""
        for name in ("generator_loss", "discriminator_loss"):
            self.history[name].append(run.history[name][-1])
        self.history["step"].append(self.gan.steps)
        self._score()
        for name, value in self.scores.items():
            self.history.setdefault(name, []).append(value)

    def _score(self):
        self.scores = {}
        if self.mixture is not None:
            latent = np.random.default_rng(self.seed).standard_normal((_SCORED, 2))
            fakes = self._generator()(latent.astype(np.float32)).numpy()
            if np.isfinite(fakes).all():
                self.scores = evaluation.plane_coverage(fakes, self.mixture)

    def _generator(self):
        return self.gan.ema_generator if self.averaged.value else self.gan.generator

    # --- The picture ---------------------------------------------------------------------------

    def _frame(self):
        return plots.plane_frame(
            self.gan,
            self.points,
            limits=plane_plots.limits_around(self.points, _LIMITS),
            averaged=self.averaged.value,
        )

    def _draw(self):
        self._score()
        drawing, axes = plots.figure(1, 2, width=7.0, height=3.7)
        plane_plots.draw_frame(axes[0, 0], self._frame())
        plane_plots.place_legend(drawing, axes[0, 0])
        self._draw_losses(axes[0, 1])
        self.caption = self._caption()
        self._show(_pixels(drawing), 1, self.caption)

    def _draw_losses(self, axis):
        balance = dict(
            zip(("discriminator", "generator"), self.gan.adversarial_loss.balance, strict=True)
        )
        for name, line, color in (
            ("discriminator", "-o", plots.DISCRIMINATOR),
            ("generator", "--s", plots.GENERATOR),
        ):
            values = self.history[f"{name}_loss"]
            axis.plot(self.history["step"], values, line, ms=3, color=color, label=name)
            axis.axhline(balance[name], color=color, linestyle=":", linewidth=1.2)
        axis.set(xlabel="step", ylabel="loss", title="Losses; dotted: balance")
        place = "best"
        if not self.history["step"]:
            axis.set_xlim(0, 10 * self.steps_per_frame.value)
            axis.text(0.5, 0.25, "press Step or Play", transform=axis.transAxes, ha="center")
            place = "center right"  # between the balance lines
        axis.legend(loc=place)

    def _caption(self):
        parts = [f"step {self.gan.steps}"]
        if self.scores:
            share = self.scores["high_quality"]
            parts.append(self._modes_found("{} of {} modes") + f", high quality {share:.1%}")
        if self.history["step"]:
            lost = [self.history[f"{name}_loss"][-1] for name in ("discriminator", "generator")]
            parts.append("loss of D {:.2f}, of G {:.2f}".format(*lost))
        return "; ".join(parts) + (f". {self._message}" if self._message else "")

    def _modes_found(self, pattern):
        if not self.scores:
            return ""
        return pattern.format(self.scores["modes"], len(self.mixture.centers))


def _pixels(drawing):
    """Return a figure as uint8 (H, W, 3)."""
    canvas = backend_agg.FigureCanvasAgg(drawing)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _menu(label, options, value):
    return ipywidgets.Dropdown(options=options, value=value, **_labeled(label))


def _rate(label, value, lowest, highest):
    """Return a slider of powers of ten that reports when it is let go."""
    return ipywidgets.FloatLogSlider(
        value=value,
        min=lowest,
        max=highest,
        step=0.25,
        readout_format=".2g",
        continuous_update=False,
        **_labeled(label),
    )


def _labeled(label):
    """Return options that never cut off a label."""
    return {
        "description": label,
        "style": {"description_width": "7em"},
        "layout": {"width": "26em", "max_width": "100%"},
    }


def _checked_data(chosen):
    """Return None for a name, else the Mixture or the points as float32."""
    if isinstance(chosen, data.Mixture):
        return chosen
    if isinstance(chosen, str):
        if chosen not in DATA:
            raise ValueError(
                f"data is {chosen!r}; allowed are {', '.join(DATA)}, a gh.data.Mixture, or your "
                "own points, (N, 2)."
            )
        return None
    try:
        points = np.asarray(chosen, np.float32)
    except (TypeError, ValueError):
        points = np.empty(0)
    if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError(
            f"data is a {type(chosen).__name__} of shape {np.shape(points)}; expected a name "
            f"({', '.join(DATA)}), a gh.data.Mixture, or finite points (N, 2)."
        )
    return points
