"""The package as a whole: its names, its words, and who may import whom."""

import ast
import importlib
import inspect
import pathlib
import pkgutil
import subprocess
import sys

import pytest

import gan_helpers as gh

FOLDER = pathlib.Path(gh.__file__).parent
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(gh.__path__, "gan_helpers.")
    if not module.name.endswith("__main__")
)

# Names that notebooks and benchmarks outside the package rely on.
PROMISED = """
    setup GAN GAN.load quick_gan
    data.load data.pipeline data.folder data.scale data.unscale data.report
    data.Mixture data.ring data.grid data.spiral
    networks.generator networks.discriminator
    networks.plane_generator networks.plane_discriminator
    losses.LOSSES losses.get losses.AdversarialLoss losses.zero_centered_penalty
    losses.gradient_penalty augmentation.augment augmentation.AUGMENTATIONS
    GAN.compile GAN.fit GAN.generate GAN.save
    callbacks.SampleGrid callbacks.ScoreOverTime callbacks.StopAfter callbacks.backup
    plots.image_grid plots.loss_curves plots.interpolate plots.score_curve plots.show
    plots.plane_film plots.plane_frame plots.plane_picture
    evaluation.FeatureNet evaluation.feature_net evaluation.train_feature_net
    evaluation.inception_net evaluation.mode_coverage data.stack_digits
    evaluation.plane_coverage recipes.plane_settings
    evaluation.nearest_neighbors evaluation.score evaluation.frechet_distance
    evaluation.kernel_distance evaluation.prdc evaluation.memorization evaluation.memorisation
    imputation.complete_by_search imputation.train_completer imputation.complete
    imputation.Completer imputation.Gain imputation.merge imputation.masked_error
    imputation.fill_mean imputation.fill_nearest imputation.fill_smooth imputation.hole_error
    data.masks.squares data.masks.pixels data.masks.region
    data.Folder.report data.Folder.split recipes.suggest export.save
    diagnosis.diagnose diagnosis.Finding diagnosis.Health diagnosis.Health.record
    widgets.GanLab widgets.LatentExplorer
    data.pair_pipeline data.folder_of_pairs networks.unet networks.patch_discriminator
    translation.PairedTranslator translation.paired_settings
    networks.from_class_vectors plots.class_table plots.confusion
    evaluation.class_accuracy evaluation.class_scores
    data.unpaired_pipeline networks.residual_translator translation.UnpairedTranslator
    translation.UnpairedTranslator.translate translation.ImagePool translation.match_histogram
""".split()


@pytest.mark.parametrize("name", PROMISED)
def test_promised_name_exists(name):
    found = gh
    for part in name.split("."):
        found = getattr(found, part)
    assert found is not None


def test_promised_losses():
    assert list(gh.losses.LOSSES) == [
        *["minimax", "non_saturating", "least_squares", "wasserstein", "hinge", "relativistic"]
    ]
    assert all(loss.name == name for name, loss in gh.losses.LOSSES.items())


def test_names_are_listed_and_others_refused():
    assert set(gh.__all__) <= set(dir(gh))
    for name in gh.__all__:
        assert getattr(gh, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'generator'"):
        gh.generator  # noqa: B018


def test_import_brings_no_drawing_and_no_neighbors():
    """Keras takes matplotlib and scikit-learn where they are; the package must not need them."""
    code = (
        "import sys\n"
        "for name in ('matplotlib', 'sklearn', 'ipywidgets', 'PIL'):\n"
        "    sys.modules[name] = None  # importing it is an error now\n"
        "import gan_helpers as gh\n"
        "gh.networks.generator, gh.losses.get\n"
        "late = {'plots', 'evaluation', 'widgets', 'recipes', 'callbacks', 'doctor', 'gan'}\n"
        "print(sorted(late & {name.split('.')[-1] for name in sys.modules"
        " if name.startswith('gan_helpers.')}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)


def test_a_new_process_loads_what_was_saved(tmp_path):
    """Keras looks for classes that were registered; nothing but the package was imported there."""
    shape = (28, 28, 1)
    saved = {
        "gan": gh.GAN(gh.networks.generator(width=2), gh.networks.discriminator(width=2)),
        "plane": gh.GAN(
            gh.networks.plane_generator(width=4), gh.networks.plane_discriminator(fourier=2)
        ),
        "completer": gh.imputation.Completer(
            gh.imputation.generator(shape, width=2), gh.imputation.discriminator(shape, width=2)
        ),
    }
    for name, model in saved.items():
        model.save(tmp_path / f"{name}.keras")
    saved["completer"].generator.save(tmp_path / "generator.keras")
    code = (
        "import sys, pathlib, keras\nimport gan_helpers as gh\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "keras.saving.load_model(folder / 'generator.keras')\n"
        "kinds = gh.GAN, gh.GAN, gh.imputation.Completer\n"
        "for name, kind in zip(sys.argv[2:], kinds):\n"
        "    print(type(kind.load(folder / f'{name}.keras')).__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path, *("gan", "plane", "completer")],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "GAN\nGAN\nCompleter\n"), done.stderr


# --- who imports whom ----------------------------------------------------------------------------


def siblings(path):
    """Return the modules of the package that a file imports, by their first name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "gan_helpers":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gan_helpers."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[1]
                for alias in node.names
                if alias.name.startswith("gan_helpers.")
            }
        elif isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{path} has a relative import; write the whole name")
    return found


def imports():
    """Return {module: modules it imports}, a package counted as one."""
    result = {}
    for path in FOLDER.rglob("*.py"):
        name = path.relative_to(FOLDER).parts[0].removesuffix(".py")
        if name not in ("__init__", "__main__"):
            result.setdefault(name, set()).update(siblings(path) - {name})
    return result


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("arguments", set()),
        ("runtime", set()),
        ("losses", {"runtime"}),
        ("augmentation", {"runtime"}),
        ("networks", {"runtime"}),
        ("data", {"runtime"}),
        ("guards", {"runtime"}),
        ("checks", {"runtime"}),
        ("plots", {"runtime", "data", "networks"}),
        ("evaluation", {"runtime", "data", "networks", "losses"}),
        ("training", set()),
        ("game", {"checks", "guards", "losses", "training"}),
        ("gan", {"augmentation", "checks", "data", "game", "losses", "networks", "training"}),
        ("translation", {"checks", "data", "game", "losses", "training"}),
        ("diagnosis", {"networks"}),  # it watches loops of any kind
    ],
)
def test_imports_run_downwards(module, allowed):
    assert imports()[module] <= allowed | {"arguments"}  # which every module may use


def test_no_circles():
    waiting = imports()
    assert set().union(*waiting.values()) <= set(waiting)
    while waiting:
        free = [module for module, needs in waiting.items() if not needs & set(waiting)]
        assert free, f"these import each other: {waiting}"
        for module in free:
            del waiting[module]


# --- words ---------------------------------------------------------------------------------------


def public_objects():
    """Yield (name, object) of every public function, class and method of the package."""
    for module in map(importlib.import_module, MODULES):
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
                continue
            if inspect.isfunction(value) or inspect.isclass(value):
                yield f"{module.__name__}.{name}", value
            if inspect.isclass(value):
                for method, function in vars(value).items():
                    if inspect.isfunction(function) and not method.startswith("_"):
                        yield f"{module.__name__}.{name}.{method}", function


# What Keras calls and documents: the names say it.
KERAS_NAMES = (
    "on_",
    "build",
    "compute_output_shape",
    "get_config",
    "from_config",
    "get_compile_config",
    "compile_from_config",
)


def test_everything_public_says_what_it_does():
    silent = [
        name
        for name, value in public_objects()
        if not value.__doc__ and not name.split(".")[-1].startswith(KERAS_NAMES)
    ]
    assert silent == []


@pytest.mark.parametrize("name", MODULES)
def test_module_says_what_it_holds(name):
    assert importlib.import_module(name).__doc__


def test_first_lines_fit_and_end():
    for name, value in public_objects():
        if value.__doc__:
            first = value.__doc__.strip().splitlines()[0]
            # The longest ones go on in a second line; none is a mere word.
            assert len(first.split()) >= 3, name


def test_modules_stay_small():
    lines = {path.name: len(path.read_text().splitlines()) for path in FOLDER.rglob("*.py")}
    assert {name: count for name, count in lines.items() if count > 500} == {}


def test_no_code_hides_in_the_package():
    """No Lambda layers, no pickle, no eval: a saved model is data."""
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name | ast.Attribute):
                called = node.id if isinstance(node, ast.Name) else node.attr
                assert called not in ("Lambda", "pickle", "eval", "exec"), (path.name, node.lineno)
