"""Two regressions with the same weights and unequal noise: a joint fit by losses of equal, learned or known weight."""

import numpy as np

import tempered

VARIANCES = np.array([0.1, 4.0])


@tempered.trial(metrics=["risk", "first_variance"])
def shared(rng, n, features, losses):
    x = rng.normal(size=(2, n, features))
    truth = rng.normal(size=features)
    y = x @ truth + np.sqrt(VARIANCES)[:, None] * rng.normal(size=(2, n))

    def fit(variances):
        gram = np.einsum("tni,tnj,t->ij", x, x, 1 / variances)
        return np.linalg.solve(gram, np.einsum("tni,tn,t->i", x, y, 1 / variances))

    variances = VARIANCES if losses == "known" else np.ones(2)
    weights = fit(variances)
    if losses == "learned":
        # The least of Σ_t (‖y_t − x_t w‖²/2v_t + n/2 ln v_t): for given w it is v_t = ‖y_t − x_t w‖²/n.
        for _ in range(20):
            variances = np.mean((y - x @ weights) ** 2, axis=1)
            weights = fit(variances)
    return {"risk": np.sum((weights - truth) ** 2), "first_variance": variances[0]}


if __name__ == "__main__":
    tempered.serve()
