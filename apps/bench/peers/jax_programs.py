"""JAX on whole programs, jitted: `jax_programs.py TASK FOLDER`, speaking the lines that serve.ts describes."""

import json
import os
import sys

os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np

from conversation import digest, layers, serve
from jax_adam import adam

jax.config.update("jax_enable_x64", True)
task, folder = json.loads(sys.argv[1]), sys.argv[2]
suffixes = {"f32": np.float32, "f64": np.float64, "i32": np.int32}


def load(name, suffix="f64"):
    return jnp.asarray(np.fromfile(f"{folder}/{name}.{suffix}", dtype=suffixes[suffix]))


def repeated(x, times, f):
    for _ in range(times):
        x = f(x)
    return x


def runge_kutta(velocity, h):
    def step(p):
        moved = lambda p, v, by: jax.tree.map(lambda a, b: a + by * b, p, v)
        k1 = velocity(p)
        k2 = velocity(moved(p, k1, h / 2))
        k3 = velocity(moved(p, k2, h / 2))
        k4 = velocity(moved(p, k3, h))
        return moved(moved(moved(moved(p, k1, h / 6), k2, h / 3), k3, h / 3), k4, h / 6)

    return step


def logistic():
    after = lambda rounds: lambda x: repeated(x, rounds, lambda y: 3.9 * y * (1 - y))
    return after(task["rounds"]), (load("x"),), after(task["checked"])


def orbit():
    lorenz = lambda p: (10 * (p[1] - p[0]), p[0] * (28 - p[2]) - p[1], p[0] * p[1] - 8 / 3 * p[2])
    f = jax.value_and_grad(lambda p: sum(repeated(p, task["steps"], runge_kutta(lorenz, 0.01))))
    return f, (tuple(load("start")),)


def unrolled():
    network = task["network"]
    sizes = network["sizes"]
    activation = jax.nn.relu if network["activation"] == "relu" else jnp.tanh
    flat = load("start", "f32")
    params = [flat[a:b].reshape(shape) for a, b, shape in layers(sizes)]
    x = load("x", "f32").reshape(-1, sizes[0])
    targets = jax.nn.one_hot(load("labels", "i32"), sizes[-1], dtype=jnp.float32)

    def loss(params, x, targets):
        h = x
        for k in range(0, len(params), 2):
            h = (activation(h) if k > 0 else h) @ params[k] + params[k + 1]
        return -(targets * jax.nn.log_softmax(h)).sum(1).mean()

    begin, step = adam(loss, network["rate"])
    f = lambda state, x, targets: repeated(state, task["steps"], lambda s: step(s, x, targets)[0])[0]
    return f, (begin(params), x, targets)


def deep():
    x = load("x", "f32").reshape(task["batch"], task["units"])
    weights = list(load("weights", "f32").reshape(task["layers"], task["units"], task["units"]))

    def loss(weights, x):
        for w in weights:
            x = jnp.tanh(x @ w)
        return (x * x).mean()

    return jax.value_and_grad(loss), (weights, x)


def log_sum_exp():
    f = jax.scipy.special.logsumexp
    return jax.value_and_grad(f) if task["gradient"] else f, (load("x"),)


def adjustment():
    def rotated(axis, x):
        angle = jnp.sqrt((axis * axis).sum())
        w = axis / angle
        return x * jnp.cos(angle) + jnp.cross(w, x) * jnp.sin(angle) + w * (w @ x) * (1 - jnp.cos(angle))

    def error(camera, point, weight, feature):
        inside = rotated(camera[:3], point - camera[3:6])
        flat = inside[:2] / inside[2]
        radius = (flat * flat).sum()
        distortion = 1 + camera[9] * radius + camera[10] * radius**2
        return weight * (flat * distortion * camera[6] + camera[7:9] - feature)

    of_projection = jax.vmap(jax.jacrev(error, argnums=(0, 1, 2)))
    of_weight = jax.vmap(jax.jacrev(lambda w: 1 - w * w))
    f = lambda c, p, w, features, seen: (*of_projection(c[seen[:, 0]], p[seen[:, 1]], w, features), of_weight(w))
    shaped = lambda name, width: load(name).reshape(-1, width)
    seen = load("observed", "i32").reshape(-1, 2)
    return f, (shaped("cameras", 11), shaped("points", 3), load("weights"), shaped("features", 2), seen)


def ode():
    size, steps = task["size"], task["steps"]

    def f(x):
        velocity = lambda y: x * jnp.concatenate([jnp.ones(1), y[:-1]])
        step = runge_kutta(velocity, 2 / steps)
        return jax.lax.scan(lambda y, _: (step(y), None), jnp.zeros(size), None, length=steps)[0][-1]

    return jax.grad(f), (load("x"),)


programs = {
    "logistic": logistic,
    "orbit": orbit,
    "unrolled": unrolled,
    "deep": deep,
    "logSumExp": log_sum_exp,
    "adjustment": adjustment,
    "ode": ode,
}


class Whole:
    def __init__(self, f, inputs, checked=None):
        self.compiled, self.inputs = jax.jit(f), jax.block_until_ready(inputs)
        self.checked = self.compiled if checked is None else jax.jit(checked)

    def run(self, units):
        for _ in range(units):
            jax.block_until_ready(self.compiled(*self.inputs))

    def check(self):
        return digest(np.concatenate([np.asarray(x, "d").reshape(-1) for x in self.leaves()]))

    def leaves(self):
        return jax.tree.leaves(self.checked(*self.inputs))


serve(f"{jax.__version__}, Python {sys.version.split()[0]}", Whole(*programs[task["kind"]]()))
