"""Effects of two causes by least squares on augmented data, which leave the response as it is, and an unseen confounder in place."""

import numpy as np

import tempered

COPIES = 10  # of each point; the noise that they add to the estimate is small beside that of the sample


@tempered.trial(metrics=["true_cause", "false_cause"])
def augmentation(rng, n, spread, weight):
    confounder = rng.normal(size=n)
    x = rng.normal(size=(n, 2))
    x[:, 1] += confounder  # the second feature is a false cause: it has the confounder, and no effect
    y = x[:, 0] + confounder + rng.normal(size=n)
    # Moves along the second feature do not change y.
    moves = np.sqrt(spread) * rng.normal(size=(COPIES * n, 1)) * [0, 1]
    x, y = np.tile(x, (COPIES, 1)) + moves, np.tile(y, COPIES)
    # Moves as an instrument: what they explain of the residuals counts once more, with this weight.
    gram, product = x.T @ x, x.T @ y
    if weight * spread > 0:
        instrument = moves[:, 1]
        first, reduced = instrument @ x, instrument @ y
        gram += weight * np.outer(first, first) / (instrument @ instrument)
        product += weight * first * reduced / (instrument @ instrument)
    effects = np.linalg.solve(gram, product)
    return {"true_cause": effects[0], "false_cause": effects[1]}


if __name__ == "__main__":
    tempered.serve()
