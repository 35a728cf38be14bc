"""Gradient descent in JAX: the whole training is one compiled loop."""

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")


def loss(theta, x, y, decay):
    """(1/n) Σ (f(x_i) − y_i)² + (λ/2) ‖(a, w, b)‖²."""
    m = (len(theta) - 2) // 3
    a, w, b, skip = jnp.split(theta, (m, 2 * m, 3 * m))
    f = jax.nn.relu(x[:, None] * w + b) @ a + skip[0] * x + skip[1]
    return jnp.mean((f - y) ** 2) + 0.5 * decay * jnp.sum(theta[: 3 * m] ** 2)


@jax.jit
def train(theta, x, y, steps, rate, decay):
    # As `scan` without outputs, but for a number of steps that is no part of what is compiled.
    return jax.lax.fori_loop(0, steps, lambda _, theta: theta - rate * jax.grad(loss)(theta, x, y, decay), theta)


def jitted(x, y, theta, steps, rate, decay):
    return np.asarray(train(theta, x, y, steps, rate, decay))


VARIANTS = {"jit": jitted}
