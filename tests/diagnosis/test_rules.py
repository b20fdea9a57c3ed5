"""Each rule on histories made by hand: what it names, what it tolerates, what it refuses."""

import dataclasses

import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers.diagnosis import rules, runs

HEALTHY = {
    # The epochs of a short run on digits with the non-saturating loss.
    "discriminator_loss": [0.99, 0.84, 0.98, 0.84, 0.91, 1.05],
    "generator_loss": [1.10, 1.49, 1.31, 1.44, 1.47, 1.63],
    "real_accuracy": [0.89, 0.86, 0.81, 0.85, 0.81, 0.78],
    "fake_accuracy": [0.61, 0.76, 0.74, 0.78, 0.80, 0.72],
    "real_logit": [1.4, 1.6, 1.2, 1.6, 1.5, 0.9],
    "fake_logit": [-0.4, -0.6, -0.5, -0.7, -0.6, -0.8],
    "penalty": [0.0] * 6,
}
LOOKS = {
    "step": [20.0, 40, 60, 80, 100, 120],
    "real_min": [-1.0] * 6,
    "real_max": [1.0] * 6,
    "real_mean": [-0.75] * 6,
    "real_std": [0.6] * 6,
    "real_correlation": [0.83] * 6,
    "real_diversity": [0.51] * 6,
    "real_nearest": [0.48] * 6,
    "fake_mean": [-0.74, -0.5, -0.6, -0.7, -0.7, -0.7],
    "fake_max": [0.0, 0.9, 1.0, 1.0, 1.0, 1.0],
    "fake_std": [0.07, 0.3, 0.43, 0.51, 0.47, 0.44],
    "fake_correlation": [0.7, 0.87, 0.86, 0.85, 0.85, 0.84],
    "fake_diversity": [0.07, 0.24, 0.37, 0.42, 0.39, 0.37],
    "fake_nearest": [0.06, 0.22, 0.3, 0.35, 0.33, 0.31],
    "drawn_mean": [-0.74, -0.5, -0.6, -0.7, -0.7, -0.7],
    "drawn_std": [0.07, 0.3, 0.43, 0.51, 0.47, 0.44],
    "drawn_correlation": [0.7, 0.87, 0.86, 0.85, 0.85, 0.84],
    "ranking": [0.97, 0.93, 0.9, 0.96, 0.94, 0.9],
    "agreement": [0.25, 0.23, 0.08, 0.18, 0.35, 0.08],
    "generator_change": [6e-3] * 6,
    "discriminator_change": [2e-2] * 6,
    "trained_alone": [0.0] * 6,
    "reach_min": [-1.0] * 6,
    "reach_max": [1.0] * 6,
    "unequal": [0.0] * 6,
    "real_count": [32.0] * 6,
    "fake_count": [32.0] * 6,
}


def always(**entries):
    """Return a healthy recorded run but for some entries; a number stands for six of it."""
    changed = {
        name: [float(value)] * 6 if np.isscalar(value) else value for name, value in entries.items()
    }
    return HEALTHY | LOOKS | changed


def names(history, pictures=None):
    return [finding.name for finding in gh.diagnosis.diagnose(history, pictures)]


def test_healthy_runs_are_left_in_peace(digits):
    for history in (HEALTHY, LOOKS, HEALTHY | LOOKS):
        for length in range(1, 7):
            assert names({name: values[:length] for name, values in history.items()}) == []
    assert names(HEALTHY | LOOKS, digits[:64]) == []
    assert names({}, digits[:64]) == []
    assert names(None, digits[:64] / 127.5 - 1) == []


FAULTS = {
    "real images are noise": always(real_correlation=0.01),
    "unequal batches": always(unequal=[0, 0, 0, 0.05, 0, 0], real_count=30),
    "generator never meets discriminator": always(trained_alone=1),
    "label or sign error": always(agreement=[-0.2, -0.1, -0.3, -0.06, -0.2, -0.1]),
    "divergence": always(discriminator_loss=[1, 9, 80, 300, -500, 1e4]),
    "generator wins": always(ranking=[0.5, 0.2, 0.1, 0.1, 0.2, 0.1]),
    "mode collapse": always(fake_nearest=[0.06, 0.02, 1e-3, 1e-4, 1e-4, 1e-4]),
    "no learning": always(generator_change=2e-8, discriminator_change=3e-8),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_gives_its_name_alone(name):
    assert names(FAULTS[name]) == [name]


@pytest.mark.parametrize(
    "reals",
    [(0.0, 255.0), (0.0, 1.0), (-1.0, -0.992), (-0.02, 1.0), (-3.0, 3.0), (0.5, 0.5)],
)
def test_ranges_that_tanh_cannot_fill(reals):
    assert names(always(real_min=reals[0], real_max=reals[1])) == ["wrong data range"]


@pytest.mark.parametrize(
    ("reals", "reach", "fakes", "expected"),
    [
        ((0.0, 1.0), (0.0, 1.0), 1.0, []),  # sigmoid
        ((-1.0, 1.0), (0.0, 1.0), 1.0, ["wrong data range"]),
        ((-0.9, 0.6), (-1.0, 1.0), 1.0, []),  # pale pictures
        ((0.0, 1.0), (np.nan, np.nan), 1.3, []),  # a linear output reaches everything
        ((-2.5, 9.0), (np.nan, np.nan), 1.3, []),  # standardized
        ((0.0, 255.0), (np.nan, np.nan), 1.3, ["wrong data range"]),
        ((0.0, 255.0), (np.nan, np.nan), 240.0, []),
    ],
)
def test_ranges_of_other_generators(reals, reach, fakes, expected):
    history = always(
        real_min=reals[0], real_max=reals[1], reach_min=reach[0], reach_max=reach[1], fake_max=fakes
    )
    assert names(history) == expected


def test_constant_losses():
    both = always(discriminator_loss=0, generator_loss=0)
    assert names(both)[0] == "constant loss"
    # A generator's loss alone that never changes has nothing to do with the discriminator.
    assert names(HEALTHY | {"generator_loss": [0.3] * 6}) == ["generator never meets discriminator"]
    assert names({"generator_loss": [0.3] * 6}) == ["constant loss"]
    assert names({"generator_loss": [0.3] * 2}) == []


@pytest.mark.parametrize(
    ("changes", "networks"),
    [
        ({"generator_change": 0}, "generator has"),
        ({"discriminator_change": 0}, "discriminator has"),
        ({"generator_change": 0, "discriminator_change": 0}, "generator or the discriminator has"),
    ],
)
def test_networks_that_rest(changes, networks):
    finding = gh.diagnosis.diagnose(always(**changes))[0]
    assert finding.name == "network not updated"
    assert f"no weight of the {networks} moved" in finding.evidence


def test_a_network_may_come_to_rest():
    assert names(always(discriminator_change=[1e-2, 1e-3, 0, 0, 0, 0])) == []


# --- labels and signs ----------------------------------------------------------------------------

REVERSED = {"real_accuracy": 0.1, "fake_accuracy": 0.2, "ranking": 0.05}
SMALL = [0.2, 0.01, 1e-3, 1e-3, 1e-3, 1e-3]


def test_a_swapped_convention_is_fine_when_both_swap():
    assert names(always(**REVERSED, agreement=-0.2)) == []


def test_labels_swapped_for_the_discriminator_alone():
    assert names(always(**REVERSED, discriminator_loss=SMALL))[0] == "label or sign error"
    accuracies = {"real_accuracy": [0.0] * 6, "fake_accuracy": [0.0] * 6}
    assert names(HEALTHY | accuracies | {"discriminator_loss": SMALL})[0] == "label or sign error"


def test_one_label_for_both():
    found = gh.diagnosis.diagnose(always(discriminator_loss=SMALL, ranking=0.5))[0]
    assert found.name == "label or sign error" and "one label" in found.evidence
    bare = HEALTHY | {"real_accuracy": [1.0] * 6, "fake_accuracy": [0.0] * 6}
    assert names(bare | {"discriminator_loss": SMALL})[0] == "label or sign error"


def test_a_wasserstein_game_at_rest_is_no_label_error():
    rest = {"discriminator_loss": [-5.0, -2.0, -0.5, -0.04, 0.02, 0.01], "ranking": 0.55}
    assert names(always(**rest)) == []


def test_losses_that_fall_together():
    wins = {"real_accuracy": [1.0] * 6, "fake_accuracy": [1.0] * 6, "discriminator_loss": SMALL}
    assert names(HEALTHY | wins | {"generator_loss": SMALL})[0] == "label or sign error"
    assert names(HEALTHY | wins) == ["discriminator wins"]


@pytest.mark.parametrize(
    ("real", "fake", "ranking", "expected"),
    [
        (0.8, 0.8, 0.5, ["discriminator not frozen"]),
        (0.99, 0.85, 1.0, ["discriminator not frozen"]),
        (0.95, 0.66, 1.0, []),
        (0.5, 0.5, 0.5, []),
        (0.75, 0.99, 0.1, ["generator wins"]),
    ],
)
def test_a_discriminator_that_believes_everything(real, fake, ranking, expected):
    outputs = {"real_output": real, "fake_output": fake, "ranking": ranking}
    assert names(always(**outputs, probabilities=1)) == expected
    assert "discriminator not frozen" not in names(always(**outputs, probabilities=0))


# --- batch norm ----------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_averages_that_never_move(network):
    history = always(**{f"{network}_norm_change": 0})
    assert names(history) == ["batch norm in the wrong mode"]
    assert names(always(**{f"{network}_norm_change": [0, 0.1, 0.1, 0, 0, 0]})) == []


@pytest.mark.parametrize(
    ("step", "window", "expected"),
    [(120, 100, []), (600, 100, ["batch norm in the wrong mode"]), (60, 10, 1), (120, 1e4, 1)],
)
def test_averages_that_should_be_ready(step, window, expected):
    history = always(step=step, norm_window=window, drawn_std=0.05)
    assert names(history) == (expected or []) if expected != 1 else len(names(history)) == 1


# --- the game ------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", [np.nan, np.inf])
@pytest.mark.parametrize("name", ["generator_loss", "discriminator_loss", "penalty", "real_logit"])
def test_broken_numbers(name, broken):
    assert names(HEALTHY | {name: [1.0, 1.0, broken]})[0] == "NaN"
    assert names({name: [broken]})[0] == "NaN"


def test_what_is_not_known_is_not_broken(digits):
    assert names(HEALTHY | {"generator_loss": [np.nan, np.nan, 1.2, 1.1, 1.2, 1.3]}) == []
    assert names(always(agreement=[np.nan] * 6, fake_correlation=[np.nan] * 6)) == []
    assert names(HEALTHY, np.full((9, 28, 28, 1), np.nan)) == ["NaN"]


def test_data_with_nan_is_named():
    found = gh.diagnosis.diagnose(always(real_mean=np.nan))[0]
    assert found.name == "NaN" and "gh.data.report" in found.advice


SURE = {"real_accuracy": [1.0] * 6, "fake_accuracy": [1.0] * 6, "discriminator_loss": SMALL}


def test_a_discriminator_wins_unless_the_generator_catches_up():
    assert names(HEALTHY | SURE | {"generator_loss": [2.0, 4, 5, 6, 7, 7]}) == [
        "discriminator wins"
    ]
    catching = {"generator_loss": [2.0, 6, 6, 6, 5.5, 5.2]}
    assert names(HEALTHY | SURE | catching) == []
    rest = {"generator_change": 2e-5, "ranking": 1.0}
    assert names(always(**SURE, **catching, **rest)) == ["discriminator wins"]
    # A sure discriminator may rest too; the generator alone is the slow one.
    still = {"discriminator_change": 1e-5}
    assert names(always(**SURE, **catching, **rest, **still)) == ["discriminator wins"]


def test_a_lead_is_no_victory():
    """The epochs of a healthy run on digits with the least-squares loss, 16 steps each."""
    leads = {
        "discriminator_loss": [0.125, 0.0688, 0.0361, 0.0284, 0.0198, 0.0213],
        "generator_loss": [0.323, 0.272, 0.376, 0.399, 0.444, 0.476],
        "real_accuracy": [0.75, 0.992, 0.988, 0.996, 1.0, 1.0],
        "fake_accuracy": [1.0] * 6,
    }
    assert names(HEALTHY | leads) == []
    assert names(always(**leads, ranking=1.0)) == []


def test_accuracies_alone_of_a_fooled_discriminator():
    fooled = {"discriminator_loss": [2.5, 4.6, 5.5, 5.9, 6.1, 6.3], "fake_accuracy": [0.0] * 6}
    assert names(HEALTHY | fooled | {"real_accuracy": [0.45] * 6}) == ["generator wins"]
    assert names(HEALTHY | fooled | {"real_accuracy": [1.0] * 6}) == []  # calls all real
    untrained = {"discriminator_loss": [1.88, 1.89, 1.87, 1.88, 1.9, 1.88]}
    assert names(HEALTHY | fooled | {"real_accuracy": [0.45] * 6} | untrained) == []


def test_losses_that_stay_where_they_were(digits):
    flat = {
        "discriminator_loss": [1.88, 1.89, 1.90, 1.88, 1.89],
        "generator_loss": [0.42] * 4 + [0.421],
        "real_logit": [-0.1, -0.11, -0.1, -0.12, -0.1],
        "fake_logit": [0.658] * 5,
    }
    pale = np.random.default_rng(0).integers(120, 134, (16, 28, 28, 1), dtype=np.uint8)
    assert names(flat) == names(flat, digits[:64]) == names(HEALTHY, pale) == []
    assert names(flat, pale) == ["no learning"]
    exact = {name: [values[0] + i * 1e-4 for i in range(5)] for name, values in flat.items()}
    assert names(exact) == ["no learning"]


def test_a_sure_critic_has_not_won():
    """The Wasserstein critic shall be right; its loss is far from zero then."""
    critic = {"real_accuracy": [1.0] * 6, "fake_accuracy": [1.0] * 6}
    assert names(HEALTHY | critic | {"discriminator_loss": [-12.0, -8, -6, -5, -5, -5]}) == []


def test_few_epochs_are_no_proof():
    history = {name: values[:2] for name, values in always(ranking=0, fake_nearest=0).items()}
    assert names(history) == []


def test_points_are_not_taken_for_pictures():
    points = {name: values for name, values in HEALTHY.items()}
    looks = {"real_diversity": [1.0] * 6, "fake_diversity": [0.5] * 6, "fake_nearest": [0.01] * 6}
    looks |= {"fake_std": [1.0] * 6, "real_std": [1.0] * 6, "real_min": [-4.0] * 6}
    assert names(points | looks, np.ones((64, 2))) == []
    assert names(points | looks | {"fake_diversity": [0.01] * 6}) == ["mode collapse"]


# --- pictures ------------------------------------------------------------------------------------


def test_pictures_that_are_all_alike(digits):
    one = np.repeat(digits[:1], 16, axis=0)
    assert names(HEALTHY, one) == ["mode collapse"]
    assert names(HEALTHY, one[:4]) == []  # too few to say so
    assert names(HEALTHY, np.concatenate([digits[:10], one[:4]])) == []
    assert names(HEALTHY, np.zeros((16, 28, 28, 1), np.uint8)) == ["mode collapse"]


def test_pictures_that_were_spoiled_on_the_way(digits):
    drawn = digits[:64] / 127.5 - 1
    history = always(drawn_mean=drawn.mean(), drawn_std=drawn.std(), drawn_correlation=0.83)
    unscaled = ((drawn + 1) * 127.5).round().astype(np.uint8)
    assert names(history, drawn) == names(history, unscaled) == []
    rows = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)  # as some programs "normalize"
    for pictures in (
        (rows * 255).astype(np.int64).astype(np.uint8),  # negative numbers wrap around
        ((drawn + 1) / 2).astype(np.uint8),  # forgot the factor
        unscaled.astype(np.float32),
        255 - unscaled,
    ):
        assert names(history, pictures) == ["spoiled pictures"]


def test_pictures_alone_that_are_noise():
    noise = np.random.default_rng(0).integers(0, 256, (16, 28, 28, 1), np.uint8)
    assert names(None, noise) == ["pictures are noise"]


# --- what comes in and goes out ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("history", "pictures", "message"),
    [
        (None, None, "nothing to diagnose; give the History"),
        ({}, None, "nothing to diagnose"),
        ({"generator_loss": []}, None, "nothing to diagnose"),
        ([1, 2], None, "history is a list; give the History"),
        ({"generator_loss": ["a"]}, None, r"history\['generator_loss'\] does not hold numbers"),
        ({"generator_loss": 1.0}, None, r"shape \(\); expected a list"),
        ({"d_loss": [0.7, 0.7], "g_loss": [0.7, 0.7]}, None, "knows d_loss, g_loss, which no rule"),
        (HEALTHY, np.zeros((28, 28, 1)), "looks like one picture"),
        (HEALTHY, np.zeros(9), r"pictures have the shape \(9,\); expected"),
        (HEALTHY, np.zeros((0, 28, 28, 1)), "pictures have the shape"),
        (HEALTHY, "digits.png", "pictures are no array of numbers"),
    ],
)
def test_bad_input(history, pictures, message):
    with pytest.raises(ValueError, match=message):
        gh.diagnosis.diagnose(history, pictures)


def test_history_objects_and_strange_entries():
    class History:
        history = always(trained_alone=1) | {"my_own": [None] * 6}

    assert names(History()) == ["generator never meets discriminator"]


def test_findings_read_well():
    for history in FAULTS.values():
        finding = gh.diagnosis.diagnose(history)[0]
        assert str(finding).splitlines()[0] == finding.name
        assert finding.evidence.endswith(".") and finding.advice.endswith(".")
        assert "lesson" in finding.advice
        assert any(letter.isdigit() for letter in finding.evidence) or "compiled" in str(finding)
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding.name = "fine"


def test_the_cause_comes_before_the_effect():
    everything = {}
    for name in ("real images are noise", "label or sign error", "mode collapse"):
        everything |= {
            key: values for key, values in FAULTS[name].items() if values != always().get(key)
        }
    assert names(HEALTHY | LOOKS | everything) == [
        *["real images are noise", "label or sign error", "mode collapse"]
    ]
    assert len(set(rules.RULES)) == len(rules.RULES)


def test_what_rests_at_the_looks_has_moved_in_between():
    still = always(generator_change=0.0, generator_moved=0.05)
    assert "network not updated" not in names(still)
    assert "network not updated" in names(always(generator_change=0.0, generator_moved=0.0))


def test_values_that_come_back_were_only_left_out():
    left_out = always(generator_loss=[1.1, np.nan, 1.2, np.nan, 1.3, np.nan])
    assert names(left_out) == []
    broken = always(generator_loss=[1.1, np.nan, 1.2, np.nan, np.nan, np.nan])
    assert "generator_loss became NaN" in str(gh.diagnosis.diagnose(broken)[0])


def test_bytes_stand_for_the_floats_of_the_pipeline():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    found = runs.Run(None, levels).pictures
    np.testing.assert_allclose(found, gh.data.scale(levels), atol=1e-6)
