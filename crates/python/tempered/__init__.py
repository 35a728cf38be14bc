"""Estimators, data and whole Monte Carlo trials for Tempered in Python: a function, a decorator, and ``serve()``.

A worker is a program that Tempered starts once a thread. It reads batches of training sets from its standard input and writes
what came of them to its standard output::

    import numpy as np
    import tempered

    @tempered.estimator(metrics=["rank"])
    def ridge(x, y, at, rng, alpha=1.0):
        gram = x.T @ x + alpha * np.eye(x.shape[1])
        weights = np.linalg.solve(gram, x.T @ y)
        return at @ weights, {"rank": np.linalg.matrix_rank(x)}

    tempered.serve()
"""

from .command import Failed, analyze, run, scan
from .serving import serve
from .worker import Worker, estimator, generator, trial

__all__ = ["Failed", "Worker", "analyze", "estimator", "generator", "run", "scan", "serve", "trial"]
__version__ = "0.1.0"
