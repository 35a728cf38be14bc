"""Gradient descent in PyTorch: autograd, a step at a time, and the same with the loss compiled."""

import os

import torch

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


def loss(x, y, theta, decay):
    """(1/n) Σ (f(x_i) − y_i)² + (λ/2) ‖(a, w, b)‖²."""
    m = (len(theta) - 2) // 3
    a, w, b, skip = theta.split((m, m, m, 2))
    f = torch.relu(x[:, None] * w + b) @ a + skip[0] * x + skip[1]
    return torch.mean((f - y) ** 2) + 0.5 * decay * (theta[: 3 * m] ** 2).sum()


compiled_loss = torch.compile(loss, dynamic=False)


def descend(of, x, y, theta, steps, rate, decay):
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    theta = torch.from_numpy(theta.copy()).requires_grad_()
    for _ in range(steps):
        (gradient,) = torch.autograd.grad(of(x, y, theta, decay), theta)
        with torch.no_grad():
            theta.sub_(gradient, alpha=rate)
    return theta.detach().numpy()


def eager(*arguments):
    return descend(loss, *arguments)


def compiled(*arguments):
    return descend(compiled_loss, *arguments)


VARIANTS = {"eager": eager, "compile": compiled}
