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


def integers(name):
    return jnp.asarray(np.fromfile(f"{folder}/{name}.i32", dtype=np.int32))


def params_of(name, sizes):
    flat = floats(name)
    return [flat[a:b].reshape(shape) for a, b, shape in layers(sizes)]


def squared_error(w, x, y):
    return ((x @ w - y) ** 2).mean()


def cross_entropy(activation):
    act = jax.nn.relu if activation == "relu" else jnp.tanh

    def loss(params, x, labels):
        h = x
        for k in range(0, len(params), 2):
            h = (act(h) if k > 0 else h) @ params[k] + params[k + 1]
        return -jnp.take_along_axis(jax.nn.log_softmax(h), labels[:, None], 1).mean()

    return loss


class Line:
    def __init__(self):
        rows, columns, batch, rate = task["rows"], task["columns"], task["batch"], task["rate"]
        x, y = floats("x").reshape(rows, columns), floats("y")
        self.parts = [(x[i : i + batch], y[i : i + batch]) for i in range(0, rows - batch + 1, batch)]
        self.start = floats("start")
        descend = lambda w, x, y: w - rate * jax.grad(squared_error)(w, x, y)
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
        labels = integers("labels")
        self.parts = [(x[i : i + batch], labels[i : i + batch]) for i in range(0, len(x), batch)]
        self.loss = cross_entropy(task["activation"])
        self.prepare()

    def prepare(self):
        self.begin, step = adam(self.loss, task["rate"])
        self.step = jax.jit(step)
        self.state, self.next = self.begin(self.params("start")), 0

    def params(self, name):
        return params_of(name, task["sizes"])

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


class Epochs:
    def __init__(self):
        model, rows, size = task["model"], task["rows"], task["batch"]
        x, orders = floats("x").reshape(rows, -1), integers("orders").reshape(-1, rows)
        if model["kind"] == "linear":
            y, loss, params = floats("y"), squared_error, floats("start")
        else:
            y, loss, params = integers("labels"), cross_entropy(model["activation"]), params_of("start", model["sizes"])
        begin, step = adam(loss, task["rate"])
        self.start, end = begin(params), rows - rows % size
        if task["compiled"] == "step":
            one = jax.jit(lambda state, x, y, places: step(state, x[places], y[places]))
            places = [order[i : i + size] for order in orders for i in range(0, rows, size)]
            self.go = lambda: self.steps(lambda state, place: one(state, x, y, place), places)
            return

        def train(state, x, y, orders):
            one = lambda state, places: step(state, x[places], y[places])

            def epoch(state, order):
                state, losses = jax.lax.scan(one, state, order[:end].reshape(-1, size))
                if end == rows:
                    return state, losses
                state, last = one(state, order[end:])
                return state, jnp.append(losses, last)

            return jax.lax.scan(epoch, state, orders)

        run = jax.jit(train)
        self.go = lambda: run(self.start, x, y, orders)

    def steps(self, step, places):
        state, losses = self.start, []
        for place in places:
            state, loss = step(state, place)
            losses.append(loss)
        return state, losses

    def run(self, units):
        for _ in range(units):
            jax.block_until_ready(self.go())

    def check(self):
        state, losses = self.go()
        size = sum(float(np.abs(np.asarray(p, "d")).sum()) for p in jax.tree.leaves(state[0]))
        return course(np.asarray(losses).reshape(-1), size)


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


jobs = {
    "line": Line,
    "network": Network,
    "epochs": Epochs,
    "curvature": Curvature,
    "valley": Valley,
    "chain": Chain,
    "product": Product,
}
serve(f"{jax.__version__}, one thread, Python {sys.version.split()[0]}", jobs[task["kind"]]())
