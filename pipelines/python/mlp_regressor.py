"""scikit-learn's MLPRegressor with one hidden layer of ReLU units, as the piecewise-linear function that it is."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

import tempered

warnings.simplefilter("ignore", ConvergenceWarning)  # train_rms says how well it fits


@tempered.estimator(answers="knots", metrics=["train_rms", "iterations"])
def network(x, y, at, rng, width, steps):
    scaled = lambda t: (t - x.mean()) / x.std()
    # No penalty, and no stop before the loss stands still in double precision.
    regressor = MLPRegressor(
        hidden_layer_sizes=(width,),
        solver="lbfgs",
        alpha=0.0,
        max_iter=steps,
        max_fun=2 * steps,
        tol=1e-12,
        random_state=int(rng.integers(2**31)),
    )
    regressor.fit(scaled(x), y)
    # A unit (w t + b)₊ bends at t = −b/w.
    bends = -regressor.intercepts_[0] / regressor.coefs_[0][0] * x.std() + x.mean()
    knots = np.unique(np.concatenate([x[[0, -1], 0], bends[(bends > x[0, 0]) & (bends < x[-1, 0])]]))
    rms = np.sqrt(np.mean((regressor.predict(scaled(x)) - y) ** 2))
    return knots, regressor.predict(scaled(knots[:, None])), {"train_rms": rms, "iterations": regressor.n_iter_}


if __name__ == "__main__":
    tempered.serve()
