"""JAX on one thread, jitted: `jax_peer.py TASK FOLDER`, speaking the lines that serve.ts describes."""

import json
import os
import sys

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np

from jax_adam import adam
from conversation import course, digest, layers, serve

task, folder = json.loads(sys.argv[1]), sys.argv[2]


def floats(name):
    return jnp.asarray(np.fromfile(f"{folder}/{name}.f32", dtype=np.float32))


class Line:
    def __init__(self):
        rows, columns, batch, rate = task["rows"], task["columns"], task["batch"], task["rate"]
        x, y = floats("x").reshape(rows, columns), floats("y")
        self.parts = [(x[i : i + batch], y[i : i + batch]) for i in range(0, rows - batch + 1, batch)]
        self.start = floats("start")
        loss = lambda w, x, y: ((x @ w - y) ** 2).mean()
        descend = lambda w, x, y: w - rate * jax.grad(loss)(w, x, y)
        several = lambda w, x, y: jax.lax.fori_loop(0, task["steps"], lambda _, w: descend(w, x, y), w)
        self.unit = jax.jit(descend if task["steps"] == 1 else several)
        self.begin()

    def begin(self):
        self.w, self.next = self.start, 0

    def run(self, units):
        for _ in range(units):
            part = self.parts[self.next % len(self.parts)]
            self.next += 1
            self.w = self.unit(self.w if task["steps"] == 1 else self.start, *part)
        self.w.block_until_ready()

    def check(self):
        self.begin()
        self.run(task["checked"])
        return self.w.tolist()


class Network:
    def __init__(self):
        batch, sizes = task["batch"], task["sizes"]
        x = floats("x").reshape(-1, sizes[0])
        labels = jnp.asarray(np.fromfile(f"{folder}/labels.i32", dtype=np.int32))
        self.parts = [(x[i : i + batch], labels[i : i + batch]) for i in range(0, len(x), batch)]
        self.prepare()

    def prepare(self):
        self.begin, step = adam(self.loss, task["rate"])
        self.step = jax.jit(step)
        self.state, self.next = self.begin(self.params("start")), 0

    def params(self, name):
        flat = floats(name)
        return [flat[a:b].reshape(shape) for a, b, shape in layers(task["sizes"])]

    def loss(self, params, x, labels):
        activation = jax.nn.relu if task["activation"] == "relu" else jnp.tanh
        h = x
        for k in range(0, len(params), 2):
            h = (activation(h) if k > 0 else h) @ params[k] + params[k + 1]
        return -jnp.take_along_axis(jax.nn.log_softmax(h), labels[:, None], 1).mean()

    def one(self):
        part = self.parts[self.next % len(self.parts)]
        self.next += 1
        self.state, value = self.step(self.state, *part)
        return value

    def run(self, units):
        for _ in range(units):
            self.one()
        jax.block_until_ready(self.state)

    def check(self):
        self.state, self.next = self.begin(self.params("start")), 0
        losses = [float(self.one()) for _ in range(task["checked"])]
        return course(losses, sum(float(np.abs(np.asarray(p, "d")).sum()) for p in self.state[0]))


class Curvature(Network):
    def prepare(self):
        gradient = lambda x, labels: lambda p: jax.grad(self.loss)(p, x, labels)
        self.product = jax.jit(lambda p, v, x, labels: jax.jvp(gradient(x, labels), (p,), (v,))[1])
        self.p, self.vector = self.params("start"), self.params("vector")

    def one(self):
        return jax.block_until_ready(self.product(self.p, self.vector, *self.parts[0]))

    def run(self, units):
        for _ in range(units):
            self.one()

    def check(self):
        return digest(np.concatenate([np.asarray(p).reshape(-1) for p in self.one()]))


class Valley:
    def __init__(self):
        height = lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
        start = jnp.asarray([-1.2, 1.0], jnp.float32)
        if task["optimizer"] == "gd":
            first, step = start, lambda p: p - task["rate"] * jax.grad(height)(p)
            self.place = lambda state: state
        else:
            begin, update = adam(height, task["rate"])
            first, step = begin(start), lambda state: update(state)[0]
            self.place = lambda state: state[0]
        self.go = jax.jit(lambda steps: jax.lax.fori_loop(0, steps, lambda _, state: step(state), first))

    def run(self, units):
        for _ in range(units):
            jax.block_until_ready(self.go(task["steps"]))

    def check(self):
        return self.place(self.go(task["checked"])).tolist()


class Chain:
    def __init__(self):
        self.args = [floats(name) for name in ("w", "b", "x")]
        f = lambda w, b, x: (jnp.tanh(x * w + b) ** 2).sum()
        self.both = jax.jit(jax.value_and_grad(f, argnums=(0, 1)))

    def one(self):
        return jax.block_until_ready(self.both(*self.args))

    def run(self, units):
        for _ in range(units):
            self.one()

    def check(self):
        value, gradient = self.one()
        return [float(value)] + [v for g in gradient for v in digest(np.asarray(g))]


class Product:
    def __init__(self):
        self.a, self.b = (floats(name).reshape(task["size"], -1) for name in ("a", "b"))
        self.times = jax.jit(jnp.matmul)

    def run(self, units):
        for _ in range(units):
            self.times(self.a, self.b).block_until_ready()

    def check(self):
        return digest(np.asarray(self.times(self.a, self.b)).reshape(-1))


jobs = {"line": Line, "network": Network, "curvature": Curvature, "valley": Valley, "chain": Chain, "product": Product}
serve(f"{jax.__version__}, one thread, Python {sys.version.split()[0]}", jobs[task["kind"]]())
