"""Adam as JAX's guides write it: a state and a step on it."""

import jax
import jax.numpy as jnp


def adam(f, rate):
    def step(state, *batch):
        params, means, squares, powers = state
        value, gradient = jax.value_and_grad(f)(params, *batch)
        powers = (powers[0] * 0.9, powers[1] * 0.999)
        means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradient)
        squares = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, squares, gradient)
        scale = rate / (1 - powers[0])
        move = lambda p, m, v: p - scale * m / (jnp.sqrt(v / (1 - powers[1])) + 1e-8)
        return (jax.tree.map(move, params, means, squares), means, squares, powers), value

    def begin(params):
        zeros = jax.tree.map(jnp.zeros_like, params)
        return params, zeros, zeros, (jnp.float32(1), jnp.float32(1))

    return begin, step
