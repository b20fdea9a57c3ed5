"""Plant faults in the package, one at a time, and see who notices: the tests or the lessons.

    python tools/plant_faults.py                         all faults, tests and lessons (long)
    python tools/plant_faults.py --tests-only            all faults, tests alone
    python tools/plant_faults.py --only hinge_margin     one fault; may be given again
    python tools/plant_faults.py --list                  the names

Faults go into a temporary copy of the repository, never into this one. For each of them the
tests of the part run until the first failure, then the lessons that teach the part, in the smoke
profile. A fault that nobody notices shows a hole, and ends the command with exit code 1.
"""

import argparse
import contextlib
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import run_tests

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
LEFT_BEHIND = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist")


@dataclasses.dataclass(frozen=True)
class Fault:
    """One wrong line: in `file` of the package, `old` becomes `new`.

    Attributes:
        name: what is wrong, in snake case.
        file: path below gan_helpers.
        old: text that stands in the file exactly once.
        new: what replaces it.
        tests: names of test files, without `test_` and `.py`, that should notice.
        lessons: numbers of the lessons that should notice.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple
    lessons: tuple


def _in(file, tests, lessons, **faults):
    """Return the faults of one file; each is a pair (old, new)."""
    return [
        Fault(name, file, old, new, tuple(tests.split()), tuple(lessons.split()))
        for name, (old, new) in faults.items()
    ]


FAULTS = [
    *_in(
        "losses.py",
        "losses gan",
        "04",
        flipped_label=(
            "_mean(tf.nn.softplus(-real_logits)) + _mean(tf.nn.softplus(fake_logits))",
            "_mean(tf.nn.softplus(real_logits)) + _mean(tf.nn.softplus(-fake_logits))",
        ),
        generator_sign=(
            "return _mean(tf.nn.softplus(-fake_logits))",
            "return _mean(tf.nn.softplus(fake_logits))",
        ),
        minimax_sign=(
            "return -_mean(tf.nn.softplus(fake_logits))",
            "return _mean(tf.nn.softplus(fake_logits))",
        ),
        least_squares_target=("_mean_square(real_logits - 1.0)", "_mean_square(real_logits + 1.0)"),
        wasserstein_sign=(
            "return _mean(fake_logits) - _mean(real_logits)",
            "return _mean(real_logits) - _mean(fake_logits)",
        ),
        hinge_margin=("tf.nn.relu(1.0 + fake_logits)", "tf.nn.relu(fake_logits)"),
        relativistic_pair_swapped=(
            "softplus(-_lead(real_logits, fake_logits))",
            "softplus(-_lead(fake_logits, real_logits))",
        ),
        pairs_of_another_shape=(
            "if not logits.shape.is_compatible_with(other_logits.shape):",
            "if False:",
        ),
        accuracy_threshold=("threshold=0.5,", "threshold=0.0,"),
        penalty_not_squared=(
            "tf.reduce_sum(tf.square(gradients)",
            "tf.reduce_sum(tf.abs(gradients)",
        ),
        penalty_around_zero=("tf.square(norms - 1.0)", "tf.square(norms)"),
        root_without_floor=("between, pack), 1e-12))", "between, pack), 0.0))"),
    ),
    *_in(
        "gan.py",
        "gan",
        "04",
        stop_gradient_forgotten=("tf.stop_gradient(fake)", "fake"),
        average_never_moved=("training.average(self.ema_generator,", "(lambda *_: 0)(0,"),
        generator_not_training=(
            "generator(latent, training=True), stream",
            "generator(latent, training=False), stream",
        ),
        live_generator_draws=("_given(self.ema_generator, own)", "_given(self.generator, own)"),
        condition_ignored=("network([inputs, condition]", "network([inputs, 0 * condition]"),
        latent_never_changes=(
            "+ stream, tf.int64), self.step_counter.value])",
            "+ stream, tf.int64), tf.zeros_like(self.step_counter.value)])",
        ),
        mix_not_uniform=(
            "self._draw(tf.random.stateless_uniform",
            "self._draw(tf.random.stateless_normal",
        ),
    ),
    *_in(
        "game.py",
        "gan",
        "04 05",
        optimizers_mixed_up=(
            "training.minimize(total, tape, self.discriminator, self.discriminator_optimizer)",
            "training.minimize(total, tape, self.discriminator, self.generator_optimizer)",
        ),
        lazy_penalty_not_multiplied=("penalty() * self.penalty_every", "penalty()"),
        r2_on_reals=("(self.r2, fake)", "(self.r2, real)"),
        gamma_not_halved=("total += gamma / 2 *", "total += gamma *"),
        data_order_forgotten=("own = [guards.DataOrder(x)]", "own = []"),
        settings_not_stored=("for name in self.SETTINGS}", "for name in ()}"),
    ),
    *_in(
        "training.py",
        "gan",
        "04",
        opponent_recorded_too=("watch_accessed_variables=False", "watch_accessed_variables=True"),
        average_of_everything=("if id(weight) in trainable:", "if True:"),
        average_from_the_start=("tf.minimum(decay, (1.0 + age) / (10.0 + age))", "decay"),
    ),
    *_in(
        "training.py",
        "distribution",
        "05",
        replicas_not_averaged=("tf.constant(1.0 / replicas)", "tf.constant(1.0)"),
    ),
    *_in(
        "training.py",
        "training",
        "",
        rate_never_falls=(" * (start / tf.maximum(step, start))", ""),
    ),
    *_in(
        "data/arrays.py",
        "data",
        "01",
        scaled_to_zero_one=(
            "/ np.float32(127.5) - np.float32(1.0)",
            "/ np.float32(255.0)",
        ),
        unscale_truncates=("np.rint((images + 1.0) * 127.5)", "((images + 1.0) * 127.5)"),
    ),
    *_in(
        "data/pipelines.py",
        "data",
        "01",
        batches_from_zero_to_one=("/ 127.5 - 1.0", "/ 255.0"),
        order_never_new=(
            "seed=tf.stack([tf.cast(seed, tf.int64), epoch])",
            "seed=tf.stack([tf.cast(seed, tf.int64), tf.zeros_like(epoch)])",
        ),
        partial_batch_kept=(
            "tf.reshape(shuffled[: steps * batch_size], [steps, batch_size])\n        )",
            "shuffled\n        ).batch(batch_size)",
        ),
    ),
    *_in(
        "data/folders.py",
        "data",
        "01",
        exif_ignored=("PIL.ImageOps.exif_transpose(opened)", "opened.copy()"),
        transparent_on_black=('"white")', '"black")'),
    ),
    *_in(
        "networks/images.py",
        "networks",
        "02",
        tanh_left_out=(
            'return layers.Tanh(dtype="float32", name="tanh")(x)',
            "return x",
        ),
        checkerboard=(
            'keras.layers.UpSampling2D(name=f"enlarge_{square}")(x)',
            '_transposed(filters, f"enlarge_{square}")(x)',
        ),
    ),
    *_in(
        "networks/images.py",
        "networks",
        "03",
        norm_in_the_first_layer=("if stage > 0:  # the paper", "if stage >= 0:  # the paper"),
    ),
    *_in(
        "runtime.py",
        "runtime",
        "00 05",
        seeds_not_set=("    keras.utils.set_random_seed(seed)\n", ""),
        start_not_quiet=("os.dup2(nowhere.fileno(), 2)", "nowhere.fileno()"),
    ),
    *_in(
        "callbacks.py",
        "callbacks",
        "00 05",
        never_stops=("due = self.fraction() >= 1.0", "due = self.fraction() > 1.0"),
        other_noise_each_time=(
            "pictures = self.model.generate(self.count, seed=self.seed, ",
            "pictures = self.model.generate(self.count, ",
        ),
    ),
    *_in(
        "guards.py",
        "guards",
        "04 05",
        broken_numbers_go_on=("        if broken:\n", "        if False:\n"),
        broken_weights_stay=("            variable.assign(value)\n", "            pass\n"),
    ),
    *_in(
        "guards.py",
        "guards resume",
        "05",
        resumed_order_restarts=("self.model.steps / steps_in_a_pass", "0"),
        a_begun_pass_comes_again=("math.ceil(", "int("),
    ),
    *_in(
        "evaluation/neighbors.py",
        "evaluation",
        "06",
        neighbors_by_another_distance=(
            'n_neighbors=count, algorithm="brute"',
            'n_neighbors=count, algorithm="brute", metric="manhattan"',
        ),
    ),
    *_in(
        "evaluation/distances.py",
        "evaluation/distances",
        "07",
        covariance_divided_by_n=("np.sqrt(len(features) - 1.0)", "np.sqrt(len(features))"),
        ties_inside=("ROUNDING = 1e-12", "ROUNDING = -1e-12"),
        neighbor_is_itself=(
            "np.arange(part.start, part.stop)] = np.inf",
            "np.arange(part.start, part.stop)] = 0.0",
        ),
        pairs_counted_twice=("max(singles - pairs, pairs)", "singles"),
        recall_of_reals=("(squared < fake_limits)", "(squared < real_limits[part, np.newaxis])"),
    ),
    *_in(
        "evaluation/scores.py",
        "evaluation/scores",
        "07",
        floor_of_halves=("for split in splits]) / 2.0", "for split in splits])"),
        interval_of_one_block=("(blocks - 1) * np.var(roots)", "np.var(roots)"),
        fakes_for_reals=("**distances.prdc(real, fake, k)", "**distances.prdc(fake, real, k)"),
    ),
    *_in(
        "evaluation/memorization.py",
        "evaluation/memorization",
        "07",
        far_for_close=("fake_distances < limit", "fake_distances > limit"),
        mann_whitney_sign=("scipy.stats.ranksums(a, b)", "scipy.stats.ranksums(b, a)"),
    ),
    *_in(
        "callbacks.py",
        "callbacks",
        "07",
        clock_runs_on=("self._start += time.monotonic() - began", "pass"),
    ),
    *_in(
        "plots/curves.py",
        "plots",
        "07",
        band_of_first_and_last=(
            "values.min(axis=0), np.median(values, axis=0)",
            "values[0], np.median(values, axis=0)",
        ),
    ),
    *_in(
        "exercises/lesson_07.py",
        "exercises/lesson_07",
        "07",
        missing_digit_kept=("fresh[labels != MISSING]", "fresh"),
        loose_frechet_check=("1e-6 * (np.var(a", "1e-1 * (np.var(a"),
    ),
    *_in(
        "exercises/lesson_09.py",
        "exercises/lesson_09",
        "09",
        any_network_fits=("bool(found) == right,", "True,"),
        five_programs_swapped=('"R": "frozen", "S": "noise"', '"R": "noise", "S": "frozen"'),
    ),
    *_in(
        "evaluation/memorization.py",
        "evaluation/memorization",
        "",
        far_goes_unsaid=("elif self.z > 5:", "elif self.z > 500:"),
    ),
    *_in(
        "evaluation/modes.py",
        "evaluation/modes",
        "",
        channels_read_backwards=("[100, 10, 1]", "[1, 10, 100]"),
        floor_without_shares=(
            "np.log(number / (count * share))",
            "np.log(number / count)",
        ),
    ),
    *_in(
        "data/stacked.py",
        "data/stacked",
        "",
        channels_counted_backwards=("[100, 10, 1]", "[1, 10, 100]"),
    ),
    *_in(
        "evaluation/feature_networks.py",
        "evaluation/features",
        "",
        folded_without_deviation=(
            "factor = gamma / np.sqrt(variance + norm.epsilon)",
            "factor = gamma",
        ),
        folded_without_mean=("beta - mean * factor", "beta"),
    ),
    *_in(
        "evaluation/features.py",
        "evaluation/features",
        "",
        any_weights_load=("if _sha256(weights) != expected:", 'if _sha256(weights) == "":'),
    ),
    *_in(
        "evaluation/feature_training.py",
        "evaluation/feature_training",
        "",
        view_compared_with_itself=(
            "tf.fill([rows], -1e9)",
            "tf.fill([rows], 1 / temperature)",
        ),
    ),
    *_in(
        "diagnosis/looks.py",
        "diagnosis/recorder",
        "09",
        step_backwards=("new - old for new, old in zip", "old - new for new, old in zip"),
    ),
    *_in(
        "diagnosis/measures.py",
        "diagnosis/measures",
        "09",
        nearest_is_itself=(
            "np.fill_diagonal(distances, np.inf)",
            "np.fill_diagonal(distances, 0.0)",
        ),
    ),
    *_in(
        "diagnosis/wiring_rules.py",
        "diagnosis/rules",
        "",
        one_convention_alone=("side = np.sign(ranking - 0.5)", "side = 1.0"),
    ),
    *_in(
        "diagnosis/health.py",
        "diagnosis/recorder",
        "",
        look_counts_as_epoch=("real.epoch.assign(epoch)", "pass"),
    ),
    *_in(
        "diagnosis/bands.py",
        "diagnosis/bands",
        "",
        band_of_the_mean=("np.sqrt(1 + 1 / count)", "np.sqrt(1 / count)"),
        one_point_is_enough=("outside.mean() > TOLERATED", "outside.any()"),
    ),
    *_in(
        "evaluation/classes.py",
        "evaluation/classes",
        "10",
        confusion_transposed=("labels * net.classes + seen", "seen * net.classes + labels"),
        scores_of_all_classes=("[labels[name] == label][:least]", "[:least]"),
    ),
    *_in(
        "plots/classes.py",
        "plots/class_plots",
        "10",
        table_turned=("condition=np.repeat(classes, styles)", "condition=np.tile(classes, styles)"),
    ),
    *_in(
        "data/subsets.py",
        "data/subsets",
        "11",
        leak_overlooked=(
            "set(map(_fingerprint, others))",
            "set(map(_fingerprint, others[1:]))",
        ),
        choice_without_seed=(
            "order = np.random.default_rng(seed)",
            "order = np.random.default_rng(0)",
        ),
    ),
    *_in(
        "evaluation/paired.py",
        "evaluation/paired_comparison",
        "11",
        error_divided_by_n=(
            "gaps.std(ddof=1) / np.sqrt(len(gaps))",
            "gaps.std() / np.sqrt(len(gaps))",
        ),
        pairs_torn_apart=("scipy.stats.ttest_rel(a, b)", "scipy.stats.ttest_ind(a, b)"),
    ),
    *_in(
        "imputation/masked.py",
        "imputation/masked",
        "12",
        error_over_all_pixels=(
            "/ tf.reduce_sum(known, axes)",
            "/ tf.reduce_sum(tf.ones_like(known), axes)",
        ),
        known_pixels_drawn=(
            "return np.where(known == 1, images, drawn)",
            "return np.where(known == 1, drawn, images)",
        ),
    ),
    *_in(
        "imputation/completer.py",
        "imputation/completer",
        "12",
        answers_all_alike=("to_truth - _length(first - second) / 2.0", "to_truth"),
    ),
    *_in(
        "imputation/tables.py",
        "imputation/tables",
        "12",
        hint_says_missing=("told * mask + 0.5 * (1.0 - told)", "told * mask"),
    ),
    *_in(
        "imputation/search.py",
        "imputation/search",
        "12",
        search_without_prior=("return fit + prior *", "return fit + 0.0 * prior *"),
    ),
    *_in(
        "translation/paired.py",
        "translation/paired",
        "13",
        squares_for_l1=(
            "tf.abs(tf.cast(fake, tf.float32) - tf.cast(target, tf.float32))",
            "tf.square(tf.cast(fake, tf.float32) - tf.cast(target, tf.float32))",
        ),
        fooled_by_the_target=(
            "discriminator(target, training=True), discriminator(fake, training=True)",
            "discriminator(target, training=True), discriminator(target, training=True)",
        ),
        penalties_exchanged=(
            "self._zero_centered(judge, target, fake)",
            "self._zero_centered(judge, fake, target)",
        ),
    ),
    *_in(
        "data/pipelines.py",
        "data",
        "13",
        flipped_upside_down=("pictures[:, :, ::-1]", "pictures[:, ::-1]"),
    ),
    *_in(
        "data/pairs.py",
        "data",
        "13",
        facades_exchanged=('{"source": "B", "target": "A"}', '{"source": "A", "target": "B"}'),
    ),
    *_in(
        "translation/unpaired.py",
        "translation/unpaired",
        "14",
        way_back_by_the_same=(
            "back_a = self.b_to_a(fake_b, training=True)",
            "back_a = self.a_to_b(fake_b, training=True)",
        ),
    ),
    *_in(
        "translation/pool.py",
        "translation/pool",
        "14",
        pool_never_shown=(
            "swapped = is_full & (drawn[self.size :] < 0.5)",
            "swapped = is_full & (drawn[self.size :] < 0.0)",
        ),
    ),
    *_in(
        "translation/colors.py",
        "translation/colors",
        "14",
        colors_matched_backwards=(
            "np.searchsorted(shares[1], shares[0] - 1e-9)",
            "np.searchsorted(shares[0], shares[1] - 1e-9)",
        ),
    ),
    *_in(
        "export.py",
        "export",
        "15",
        live_generator_exported=(
            'getattr(model, "ema_generator", model)',
            'getattr(model, "generator", model)',
        ),
        broken_export_passes=("if not difference <= tolerance:", "if difference > tolerance:"),
    ),
    *_in(
        "plans.py",
        "plans",
        "15",
        gray_pictures_get_colors=("different < FEW and channels == 3", "different < FEW"),
    ),
    *_in(
        "plots/curves.py",
        "plots",
        "",
        floor_with_three_digits=('f"{floor:.2g}"', 'f"{floor:.3g}"'),
    ),
    *_in(
        "plots/plane.py",
        "plots",
        "",
        arrows_up_the_loss=(
            "return -len(fake) * _array(tape.gradient(loss, points))",
            "return len(fake) * _array(tape.gradient(loss, points))",
        ),
    ),
    *_in(
        "widgets/lab.py",
        "widgets/lab",
        "",
        stop_takes_a_step=('if change["new"] > change["old"]:', "if True:"),
    ),
    *_in(
        "plots/latent.py",
        "plots",
        "06",
        spherical_angle=("angle = np.arccos(", "angle = 0.5 * np.arccos("),
    ),
    *_in(
        "plots/style.py",
        "plots",
        "06",
        alt_text_optional=("if not isinstance(alt, str) or len(alt.strip()) < 20:", "if False:"),
    ),
    *_in(
        "plots/curves.py",
        "plots",
        "04",
        balance_of_the_other=(
            "discriminator, generator = loss.balance",
            "generator, discriminator = loss.balance",
        ),
    ),
    *_in(
        "recipes.py",
        "recipes",
        "00",
        recipe_not_seeded=("    keras.utils.set_random_seed(seed)\n    shape =", "    shape ="),
    ),
    *_in(
        "recipes.py",
        "training",
        "",
        recipe_stays_fast=("training.LateDecay(rising, FALL)", "rising"),
    ),
]


def planted(source, fault):
    """Return the source with the fault in it.

    Raises:
        ValueError: when the text to replace does not stand there exactly once.
    """
    count = source.count(fault.old)
    if count != 1:
        raise ValueError(
            f"{fault.name}: the old text stands {count} times in gan_helpers/{fault.file}, not "
            "once; write the fault anew for the code as it is now."
        )
    return source.replace(fault.old, fault.new)


@contextlib.contextmanager
def with_fault(copy, fault):
    """Keep a fault in the copy of the repository for a while."""
    path = copy / "gan_helpers" / fault.file
    source = path.read_text(encoding="utf-8")
    path.write_text(planted(source, fault), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(source, encoding="utf-8")


# --- running -------------------------------------------------------------------------------------


def test_command(copy, names):
    """Return the command that runs these tests until the first failure, or None."""
    places = [copy / "tests" / name for name in names]
    files = [path if path.is_dir() else path.with_name(f"test_{path.name}.py") for path in places]
    found = [str(path.relative_to(copy)) for path in files if path.exists()]
    return ["pytest", "-x", "-q", "--no-header", *found] if found else None


def lesson_command(copy, numbers):
    """Return the command that runs these lessons as `make test` does, or None."""
    folder = copy / "notebooks"
    found = [path for number in numbers for path in sorted(folder.glob(f"{number}_*.ipynb"))]
    names = [str(path.relative_to(copy)) for path in found]
    # The last word of the command is the folder of all lessons.
    return [*run_tests.STAGES["lessons"][:-1], "-x", *names] if found else None


def run(copy, command, limit):
    """Run a command in the copy; return (result, first sign), the result green, red or none."""
    if command is None:
        return "none", ""
    environment = os.environ | {
        "PYTHONPATH": str(copy),  # the copy, not the installed package
        "PYTHONDONTWRITEBYTECODE": "1",  # two versions of a file can carry the same time
    }
    if "--nbval" in command:
        environment["GAN_HELPERS_PROFILE"] = "smoke"
    process = subprocess.Popen(
        [sys.executable, "-m", *command, "-p", "no:cacheprovider"],
        cwd=copy,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that kernels end with it
    )
    try:
        said, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        end(process)
        return "red", f"not done after {limit} s"
    except BaseException:  # Ctrl+C must not leave tests running
        end(process)
        raise
    return ("green", "") if process.returncode == 0 else ("red", first_sign(said))


def end(process):
    """End a process and, where the system can, its children."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def first_sign(said):
    """Return which test failed first."""
    for line in said.splitlines():
        if line.startswith(("FAILED ", "ERROR ")):
            return line.split(" ", 1)[1].split(" - ")[0]
    return next(reversed(said.strip().splitlines()), "no output")


def examine(copy, fault, options):
    """Return (tests, lessons, sign) for one planted fault."""
    with with_fault(copy, fault):
        tests, sign = run(copy, test_command(copy, fault.tests), options.limit)
        lessons = "-"
        if not options.tests_only:
            lessons, other = run(copy, lesson_command(copy, fault.lessons), options.limit)
            sign = sign or other
    return tests, lessons, sign


def sound(copy, faults, options):
    """Return whether tests and lessons are green without any fault, or say which are not."""
    tests = sorted({name for fault in faults for name in fault.tests})
    commands = [test_command(copy, tests)]
    if not options.tests_only:
        lessons = sorted({number for fault in faults for number in fault.lessons})
        commands.append(lesson_command(copy, lessons))
    for command in commands:
        result, sign = run(copy, command, 10 * options.limit)
        if result == "red":
            print(f"red without any fault: {sign}; mend this first.")
            return False
    return True


def main(arguments=None):
    """Plant the chosen faults; return 0 when each was noticed by somebody."""
    options = parse(arguments)
    faults = [fault for fault in FAULTS if not options.only or fault.name in options.only]
    if options.list:
        print("\n".join(fault.name for fault in faults))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        copy = pathlib.Path(scratch).resolve() / "repository"
        shutil.copytree(REPOSITORY, copy, ignore=LEFT_BEHIND)
        for fault in faults:  # before hours of work
            planted((copy / "gan_helpers" / fault.file).read_text(encoding="utf-8"), fault)
        if not options.trust and not sound(copy, faults, options):
            return 1
        print(f"{'fault':<30} {'tests':<6} {'lessons':<8} {'s':>4}  first sign")
        missed = [fault.name for fault in faults if not report(copy, fault, options)]
    print(f"\n{len(faults) - len(missed)} of {len(faults)} faults were noticed.")
    if missed:
        print("noticed by nobody: " + ", ".join(missed))
    return int(bool(missed))


def report(copy, fault, options):
    """Examine a fault, print its row, and return whether somebody noticed."""
    start = time.monotonic()
    tests, lessons, sign = examine(copy, fault, options)
    seconds = time.monotonic() - start
    print(f"{fault.name:<30} {tests:<6} {lessons:<8} {seconds:>4.0f}  {sign}", flush=True)
    return "red" in (tests, lessons)


def parse(arguments):
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [fault.name for fault in FAULTS]
    parser.add_argument("--only", action="append", metavar="NAME", choices=names)
    parser.add_argument("--tests-only", action="store_true", help="leave the lessons out")
    parser.add_argument("--trust", action="store_true", help="do not first run without a fault")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    parser.add_argument("--limit", type=int, default=300, help="seconds a run may take")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
