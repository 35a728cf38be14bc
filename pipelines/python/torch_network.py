"""A PyTorch network with one hidden layer of ReLU units, trained by L-BFGS on all data, as the piecewise-linear function that it is."""

import numpy as np
import torch

import tempered

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


@tempered.estimator(answers="knots", metrics=["train_rms", "iterations"], reproducible="1e-9")
def network(x, y, at, rng, width, steps):
    torch.manual_seed(int(rng.integers(2**62)))
    scaled = lambda t: torch.from_numpy((t - x.mean()) / x.std())
    network = torch.nn.Sequential(torch.nn.Linear(1, width), torch.nn.ReLU(), torch.nn.Linear(width, 1))
    inputs, labels = scaled(x), torch.from_numpy(y)[:, None]
    # It stops where the loss falls no more: a tolerance of change would stop it where training is slow.
    optimiser = torch.optim.LBFGS(
        network.parameters(), max_iter=steps, max_eval=2 * steps, tolerance_grad=1e-10, tolerance_change=0.0, line_search_fn="strong_wolfe"
    )

    def loss():
        optimiser.zero_grad()
        value = torch.nn.functional.mse_loss(network(inputs), labels)
        value.backward()
        return value

    optimiser.step(loss)
    with torch.no_grad():
        # A unit (w t + b)₊ bends at t = −b/w.
        bends = (-network[0].bias / network[0].weight[:, 0]).numpy() * x.std() + x.mean()
        knots = np.unique(np.concatenate([x[[0, -1], 0], bends[(bends > x[0, 0]) & (bends < x[-1, 0])]]))
        rms = np.sqrt(torch.nn.functional.mse_loss(network(inputs), labels).item())
        own = {"train_rms": rms, "iterations": optimiser.state[optimiser._params[0]]["n_iter"]}
        return knots, network(scaled(knots[:, None]))[:, 0].numpy(), own


if __name__ == "__main__":
    tempered.serve()
