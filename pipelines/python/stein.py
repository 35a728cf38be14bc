"""The direction that a response depends on, by Stein's identities of first and second order for normal features."""

import numpy as np

import tempered


@tempered.trial(metrics=["error"])
def stein(rng, n, features, link, order):
    x = rng.normal(size=(n, features))
    signal = x[:, 0]  # the direction is the first axis
    y = (signal if link == "linear" else signal**2) + 0.5 * rng.normal(size=n)
    if order == 1:
        direction = x.T @ y  # E y x = E f'(x₁) · e₁
        direction /= np.linalg.norm(direction)
    else:
        moment = (x.T * y) @ x / n - y.mean() * np.eye(features)  # E y (xxᵀ − I) = E f''(x₁) · e₁e₁ᵀ
        values, vectors = np.linalg.eigh(moment)
        direction = vectors[:, np.argmax(np.abs(values))]
    return {"error": 1 - direction[0] ** 2}


if __name__ == "__main__":
    tempered.serve()
