"""Intervals for a function drawn from a Gaussian process, by scikit-learn, with the prior known, wrong or estimated."""

import warnings

import numpy as np
from scipy import stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

import tempered

LENGTH, NOISE = 0.2, 0.1
REACH = stats.norm.ppf(0.975)
warnings.simplefilter("ignore", ConvergenceWarning)  # estimates may lie at the bounds of their search


def posterior(kernel, x, y, new):
    """Mean and standard deviation at a new point."""
    weights = np.linalg.solve(kernel(x) + NOISE * np.eye(len(x)), np.column_stack([y, kernel(x, new)]))
    return kernel(x, new)[:, 0] @ weights[:, 0], np.sqrt(1 - kernel(x, new)[:, 0] @ weights[:, 1])


@tempered.trial(metrics=["covers", "coverage", "width", "estimated_noise"], reproducible="1e-9")
def intervals(rng, n, prior):
    truth = RBF(LENGTH)
    x = rng.uniform(size=(n + 1, 1))  # the last one is new
    root = np.linalg.cholesky(truth(x) + 1e-10 * np.eye(n + 1))  # a jitter, since the matrix is all but singular
    f = root @ rng.normal(size=n + 1)
    x, new, y = x[:n], x[n:], f[:n] + np.sqrt(NOISE) * rng.normal(size=n)
    length = 4 * LENGTH if prior == "too smooth" else LENGTH
    kernel = ConstantKernel(1.0) * RBF(length) + WhiteKernel(NOISE)
    regression = GaussianProcessRegressor(kernel, alpha=0.0, optimizer="fmin_l_bfgs_b" if prior == "estimated" else None)
    regression.fit(x, y)
    found = regression.kernel_
    mean, deviation = regression.predict(new, return_std=True)
    # For f without the noise of a new label, which scikit-learn counts in.
    reach = REACH * np.sqrt(max(deviation[0] ** 2 - found.k2.noise_level, 0.0))
    # Given the sample f has the law of the true posterior.
    centre, spread = posterior(truth, x, y, new)
    ends = (mean[0] + reach * np.array([-1, 1]) - centre) / spread
    return {
        "covers": abs(f[n] - mean[0]) <= reach,
        # Rounded, so that where it is 0.95 in every sample it is one number.
        "coverage": round(np.diff(stats.norm.cdf(ends))[0], 6),
        "width": 2 * reach,
        "estimated_noise": found.k2.noise_level,
    }


if __name__ == "__main__":
    tempered.serve()
