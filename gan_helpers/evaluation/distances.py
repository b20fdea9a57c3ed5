"""Distances between two sets of features: Fréchet, kernel, and the shares of a neighborhood.

All of them take arrays (N, D) of any backend. What would fill N x N numbers goes block by block,
so that 10,000 against 10,000 rows need some hundred megabytes.
"""

import numpy as np

from gan_helpers import arguments

BLOCK = 4_000_000  # numbers in one block of an N x N matrix: 32 MB
ROUNDING = 1e-12  # squared distances that differ by less than this share count as equal


class Estimate(float):
    """A number that was estimated from samples, with its standard error.

    Attributes:
        standard_error: the standard deviation of the number over other samples of this size.
    """

    def __new__(cls, value, standard_error):
        estimate = super().__new__(cls, value)
        estimate.standard_error = float(standard_error)
        return estimate

    def __getnewargs__(self):  # what copies are made from
        return float(self), self.standard_error

    def __repr__(self):
        return f"{float(self)!r} ± {self.standard_error!r}"


def to_numpy(values):
    """Return an array of any backend, or lists of numbers, as a NumPy array."""
    if hasattr(values, "detach"):  # PyTorch: off the graph and off the GPU
        values = values.detach().cpu()
    return np.asarray(values)


def check_features(values, name="features", rows=1):
    """Return `values` as a float64 array (N, D) of finite numbers.

    Args:
        values: array (N, D) of NumPy, TensorFlow, PyTorch or JAX, or a list of lists.
        name: what an error calls it.
        rows: the least N that is of use.

    Raises:
        ValueError: for another shape, fewer rows, or what is no finite number.
    """
    try:
        array = to_numpy(values).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} is no array of numbers; expected features (N, D), one row a sample."
        ) from error
    if array.ndim != 2 or not array.shape[1]:
        raise ValueError(
            f"{name} has the shape {array.shape}; expected features (N, D), one row a sample."
        )
    if len(array) < rows:
        raise ValueError(f"{name} has {len(array)} row(s); at least {rows} are needed.")
    if not np.isfinite(array).all():
        bad = int((~np.isfinite(array).all(axis=1)).sum())
        raise ValueError(f"{name} holds NaN or infinity in {bad} of {len(array)} rows.")
    return array


def _check_pair(names, values, rows):
    """Return both arrays, checked, with one D."""
    first, second = (
        check_features(value, name, rows) for name, value in zip(names, values, strict=True)
    )
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"{names[0]} has {first.shape[1]} features a row and {names[1]} has "
            f"{second.shape[1]}; give both from one feature net."
        )
    return first, second


# --- Fréchet distance ------------------------------------------------------------------------


def frechet_distance(a, b):
    """Return the squared Fréchet distance of two Gaussians fitted to two sets of features.

        |mu_a - mu_b|^2 + Tr(S_a + S_b - 2 (S_a S_b)^(1/2))

    with means mu and covariances S (divided by N - 1). On the features of a network this is the
    FID (Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local
    Nash Equilibrium"). It depends on N: compare distances of one N only.

    The root is never taken. With S_a = A'A and S_b = B'B its trace is the sum of the singular
    values of AB', which is exact to rounding also where covariances have no full rank.

    Args:
        a, b: arrays (N, D) and (M, D), N and M at least 2.

    Returns:
        A float from 0 on.

    Raises:
        ValueError: for other shapes, a single row (no covariance), NaN or infinity.
    """
    a, b = _check_pair(("a", "b"), (a, b), rows=2)
    between = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    factor_a, factor_b = _covariance_factor(a), _covariance_factor(b)
    within = np.sum(factor_a**2) + np.sum(factor_b**2)  # the traces of S_a and S_b
    overlap = np.linalg.svd(factor_a @ factor_b.T, compute_uv=False).sum()
    return float(max(between + within - 2.0 * overlap, 0.0))


def _covariance_factor(features):
    """Return F with F'F = the covariance, float64 (min(N, D), D)."""
    centered = features - features.mean(axis=0)
    return np.linalg.qr(centered / np.sqrt(len(features) - 1.0), mode="r")


# --- kernel distance -------------------------------------------------------------------------


def kernel_distance(a, b):
    """Return the unbiased squared maximum mean discrepancy with the cubic kernel.

        E k(a, a') + E k(b, b') - 2 E k(a, b),  k(x, y) = (x·y / D + 1)^3

    over different rows. On the features of a network this is the KID (Bińkowski et al. 2018,
    "Demystifying MMD GANs"). For equal distributions it is 0 on average at any N, and negative
    every second time. All pairs are used, not subsets, so there is nothing to draw.

    The standard error follows from the same kernel values (Hoeffding's decomposition, as in
    Sutherland and Deka 2019, "Unbiased estimators for the variance of MMD estimators"): the
    spread of the row means holds what single rows add to the variance once, and what pairs of
    rows add twice; the latter is estimated and taken off once.

    Args:
        a, b: arrays (N, D) and (M, D), N and M at least 4.

    Returns:
        An `Estimate`: a float with the attribute `standard_error`.

    Raises:
        ValueError: for other shapes, fewer rows, NaN or infinity.
    """
    a, b = _check_pair(("a", "b"), (a, b), rows=4)
    n, m = len(a), len(b)
    rows_aa, _, squares_aa = _kernel_sums(a, a, same=True)
    rows_bb, _, squares_bb = _kernel_sums(b, b, same=True)
    rows_ab, columns_ab, squares_ab = _kernel_sums(a, b)
    value = (
        rows_aa.sum() / (n * (n - 1))
        + rows_bb.sum() / (m * (m - 1))
        - 2.0 * rows_ab.sum() / (n * m)
    )

    singles = (
        np.var(2.0 * (rows_aa / (n - 1) - rows_ab / m), ddof=1) / n
        + np.var(2.0 * (rows_bb / (m - 1) - columns_ab / n), ddof=1) / m
    )
    pairs = (
        2.0 * _pair_variance(rows_aa, squares_aa) / (n * (n - 1))
        + 2.0 * _pair_variance(rows_bb, squares_bb) / (m * (m - 1))
        + 4.0 * _cross_variance(rows_ab, columns_ab, squares_ab) / (n * m)
    )
    return Estimate(value, np.sqrt(max(singles - pairs, pairs)))


def _kernel(x, y):
    return (x @ y.T / x.shape[1] + 1.0) ** 3


def _kernel_sums(a, b, same=False):
    """Return sums over rows and over columns of k(a, b), and the sum of its squares.

    With `same` the diagonal, the kernel of a row with itself, counts as 0.
    """
    rows, columns, squares = np.zeros(len(a)), np.zeros(len(b)), 0.0
    for part in _blocks(len(a), len(b)):
        kernel = _kernel(a[part], b)
        if same:
            kernel[np.arange(len(kernel)), np.arange(part.start, part.stop)] = 0.0
        rows[part] = kernel.sum(axis=1)
        columns += kernel.sum(axis=0)
        squares += np.vdot(kernel, kernel)
    return rows, columns, squares


def _pair_variance(rows, squares):
    """Return the variance of a symmetric matrix (no diagonal) after its row effects are gone."""
    n = len(rows)
    mean = rows.sum() / (n * (n - 1))
    effects = (rows - (n - 1) * mean) / (n - 2)
    rest = (squares - n * (n - 1) * mean**2) / 2 - (n - 2) * np.sum(effects**2)
    return max(rest / (n * (n - 3) / 2), 0.0)


def _cross_variance(rows, columns, squares):
    """Return the variance of a matrix (N, M) after row and column effects are gone."""
    n, m = len(rows), len(columns)
    mean = rows.sum() / (n * m)
    row_part = m * np.sum((rows / m - mean) ** 2)
    column_part = n * np.sum((columns / n - mean) ** 2)
    rest = squares - n * m * mean**2 - row_part - column_part
    return max(rest / ((n - 1) * (m - 1)), 0.0)


# --- neighborhoods ---------------------------------------------------------------------------


def prdc(real, fake, k=5):
    """Return precision, recall, density and coverage of fakes, from nearest neighbors.

    The neighborhood of a sample reaches to its k-th nearest neighbor of the same set, itself not
    counted, and ends before it (strictly smaller distances are inside).

        precision: share of fakes inside the neighborhood of any real sample
        recall:    share of reals inside the neighborhood of any fake sample
        density:   neighborhoods of reals around a fake, divided by k, mean over fakes
        coverage:  share of reals that have a fake inside their neighborhood

    Precision and recall: Kynkäänniemi et al. 2019, "Improved Precision and Recall Metric for
    Assessing Generative Models". Density and coverage: Naeem et al. 2020, "Reliable Fidelity and
    Diversity Metrics for Generative Models". For equal distributions density is 1, coverage about
    1 - 1/2^k where N = M; precision and recall depend on D.

    Args:
        real, fake: arrays (N, D) and (M, D), N and M above k.
        k: the neighbor that a neighborhood reaches to.

    Returns:
        dict of four floats. Density may exceed 1; the others are from 0 to 1.

    Raises:
        ValueError: for other shapes, too few rows, a k below 1, NaN or infinity.
    """
    k = arguments.whole("k", k)
    real, fake = _check_pair(("real", "fake"), (real, fake), rows=k + 1)
    center = real.mean(axis=0)  # distances stay, and lose fewer digits
    real, fake = real - center, fake - center
    real_limits, fake_limits = _limits(real, k), _limits(fake, k)
    inside_real = np.zeros(len(fake), np.int64)  # neighborhoods of reals around each fake
    covered, recalled = np.zeros(len(real), bool), np.zeros(len(real), bool)
    for part in _blocks(len(real), len(fake)):
        squared = _squared_distances(real[part], fake)
        inside = squared < real_limits[part, np.newaxis]
        inside_real += inside.sum(axis=0)
        covered[part] = inside.any(axis=1)
        recalled[part] = (squared < fake_limits).any(axis=1)
    return {
        "precision": float(np.mean(inside_real > 0)),
        "recall": float(np.mean(recalled)),
        "density": float(np.mean(inside_real) / k),
        "coverage": float(np.mean(covered)),
    }


def nearest(samples, others):
    """Return for each row of `samples` (N, D) the nearest row of `others` (M, D).

    Returns:
        indices int64 (N,) into `others`, Euclidean distances float64 (N,), exactly 0 for copies.
    """
    samples, others = _check_pair(("samples", "others"), (samples, others), rows=1)
    center = others.mean(axis=0)
    samples, others = samples - center, others - center
    indices = np.empty(len(samples), np.int64)
    for part in _blocks(len(samples), len(others)):
        indices[part] = _squared_distances(samples[part], others).argmin(axis=1)
    return indices, np.linalg.norm(samples - others[indices], axis=1)


def _limits(features, k):
    """Return the squared distance of each row that a neighbor must stay below, float64 (N,)."""
    radii = np.empty(len(features))
    for part in _blocks(len(features), len(features)):
        squared = _squared_distances(features[part], features)
        squared[np.arange(len(squared)), np.arange(part.start, part.stop)] = np.inf
        radii[part] = np.partition(squared, k - 1, axis=1)[:, k - 1]
    # A tie is outside. Rounding may put it inside, so the limit lies a trace below the radius.
    return radii - ROUNDING * (radii + np.sum(features**2, axis=1))


def _squared_distances(x, y):
    """Return |x - y|^2 for all pairs, float64 (N, M)."""
    squared = x @ (-2.0 * y.T)
    squared += np.sum(x**2, axis=1)[:, np.newaxis]
    squared += np.sum(y**2, axis=1)
    return np.maximum(squared, 0.0, out=squared)


def _blocks(rows, columns):
    """Return slices over the rows of a matrix, each with about BLOCK numbers."""
    step = max(BLOCK // columns, 1)
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]
