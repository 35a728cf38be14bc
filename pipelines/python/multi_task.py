"""Ridge regression of two tasks with the covariance of their prior, and the risk that random-matrix theory predicts."""

import numpy as np

import tempered


def theory(prior, sizes, features, variance):
    """ρ_t = [(A⁻¹ + diag(n_t/(d(σ² + ρ_t))))⁻¹]_tt, by iteration."""
    inverse, risks = np.linalg.inv(prior), np.ones(2)
    for _ in range(200):
        risks = np.diag(np.linalg.inv(inverse + np.diag(sizes / (features * (variance + risks)))))
    return risks


@tempered.trial(metrics=["first", "second", "first_theory", "second_theory"])
def joint(rng, n, features, shared, own, variance):
    sizes = np.array([n, n // 2])
    prior = shared * np.ones((2, 2)) + own * np.eye(2)
    common = np.sqrt(shared / features) * rng.normal(size=features)
    weights = common + np.sqrt(own / features) * rng.normal(size=(2, features))
    x = [rng.normal(size=(size, features)) for size in sizes]
    y = [x[t] @ weights[t] + np.sqrt(variance) * rng.normal(size=sizes[t]) for t in range(2)]
    # The mean of the weights given all labels: the covariance of labels of tasks s and t is A_st x_s x_tᵀ/d.
    blocks = [[prior[s, t] * x[s] @ x[t].T / features for t in range(2)] for s in range(2)]
    solved = np.linalg.solve(np.block(blocks) + variance * np.eye(sizes.sum()), np.concatenate(y))
    parts = np.split(solved, [sizes[0]])
    found = [sum(prior[t, s] * x[s].T @ parts[s] for s in range(2)) / features for t in range(2)]
    risks = [np.sum((found[t] - weights[t]) ** 2) for t in range(2)]
    first, second = theory(prior, sizes, features, variance)
    return {"first": risks[0], "second": risks[1], "first_theory": first, "second_theory": second}


if __name__ == "__main__":
    tempered.serve()
