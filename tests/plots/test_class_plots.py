"""Tables of classes, and ways through the latent space of a conditional GAN."""

import keras
import numpy as np
import pytest

import gan_helpers as gh

SHAPE, CLASSES = (28, 28, 1), 3


@pytest.fixture(scope="module")
def gan():
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(0)
    options = {"width": 2, "classes": CLASSES}
    return gh.GAN(
        gh.networks.generator(SHAPE, latent_dim=4, **options),
        gh.networks.discriminator(SHAPE, **options),
    )


def shown(drawing):
    return np.asarray(drawing.axes[0].images[0].get_array())


def row_names(drawing):
    return [text.get_text() for text in drawing.axes[0].get_yticklabels()]


def test_a_row_is_a_class_and_a_column_a_latent_vector(gan):
    drawing = gh.plots.class_table(gan, styles=2, seed=5)
    latent = np.random.default_rng(5).standard_normal((2, 4))
    rows = [gan.generate(latent=latent, condition=label) for label in range(CLASSES)]
    wanted = gh.plots.tile(np.concatenate(rows), columns=2)
    np.testing.assert_array_equal(shown(drawing), wanted.squeeze())
    assert row_names(drawing) == ["0", "1", "2"]


def test_chosen_classes_and_names(gan):
    drawing = gh.plots.class_table(gan, styles=2, classes=[2, 0], names=["two", "none"])
    latent = np.random.default_rng(0).standard_normal((2, 4))
    rows = [gan.generate(latent=latent, condition=label) for label in (2, 0)]
    np.testing.assert_array_equal(
        shown(drawing), gh.plots.tile(np.concatenate(rows), columns=2).squeeze()
    )
    assert row_names(drawing) == ["two", "none"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"styles": 0}, "styles is 0"),
        ({"classes": [3]}, "knows 0 to 2"),
        ({"names": ["a"]}, "1 names for 3 classes"),
    ],
)
def test_unusable_tables_are_refused(gan, options, says):
    with pytest.raises(ValueError, match=says):
        gh.plots.class_table(gan, **options)


def test_a_gan_without_classes_is_refused():
    gan = gh.GAN(
        gh.networks.generator(SHAPE, latent_dim=4, width=2),
        gh.networks.discriminator(SHAPE, width=2),
    )
    with pytest.raises(ValueError, match="gan has no classes"):
        gh.plots.class_table(gan)


def test_the_class_holds_along_the_way(gan):
    start, end = np.random.default_rng(0).standard_normal((2, 4))
    drawing = gh.plots.interpolation(gan, start, end, steps=3, condition=1)
    rows = [
        gan.generate(latent=gh.plots.interpolate(start, end, 3, method), condition=1)
        for method in ("linear", "spherical")
    ]
    wanted = gh.plots.tile(np.concatenate(rows), columns=3).squeeze()
    np.testing.assert_array_equal(shown(drawing), wanted)
    with pytest.raises(ValueError, match="condition is missing"):
        gh.plots.interpolation(gan, start, end)


def test_confusion_shows_shares_of_the_rows():
    drawing = gh.plots.confusion([[3, 1], [0, 0]], names=["cat", "dog"])
    np.testing.assert_array_equal(shown(drawing), [[75, 25], [0, 0]])
    assert [text.get_text() for text in drawing.axes[0].texts] == ["75", "25"]
    assert row_names(drawing) == ["cat", "dog"]


@pytest.mark.parametrize("counts", [[[1, 2]], [1, 2]])
def test_confusion_must_be_square(counts):
    with pytest.raises(ValueError, match=r"expected \(classes, classes\)"):
        gh.plots.confusion(counts)
