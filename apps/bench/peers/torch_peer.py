"""PyTorch on one thread: `torch_peer.py TASK FOLDER`, speaking the lines that serve.ts describes."""

import json
import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from conversation import course, digest, layers, serve

torch.set_num_threads(1)
task, folder = json.loads(sys.argv[1]), sys.argv[2]


def floats(name):
    return torch.from_numpy(np.fromfile(f"{folder}/{name}.f32", dtype=np.float32))


def integers(name):
    return torch.from_numpy(np.fromfile(f"{folder}/{name}.i32", dtype=np.int32)).long()


def params_of(name, sizes):
    flat = floats(name)
    return [flat[a:b].view(shape).clone() for a, b, shape in layers(sizes)]


def cross_entropy(model, p, x, labels):
    activation = torch.relu if model["activation"] == "relu" else torch.tanh
    h = x
    for k in range(0, len(p), 2):
        h = torch.addmm(p[k + 1], activation(h) if k > 0 else h, p[k])
    return F.cross_entropy(h, labels)


class Line:
    def __init__(self):
        rows, columns, batch = task["rows"], task["columns"], task["batch"]
        self.x = floats("x").view(rows, columns)[: rows // batch * batch].split(batch)
        self.y = floats("y")[: rows // batch * batch].split(batch)
        self.start = floats("start")
        self.begin()

    def begin(self):
        self.w = self.start.clone().requires_grad_()
        self.next = 0

    def step(self):
        i = self.next % len(self.x)
        self.next += 1
        w = self.w
        ((self.x[i] @ w - self.y[i]) ** 2).mean().backward()
        with torch.no_grad():
            w.sub_(task["rate"] * w.grad)
            w.grad.zero_()

    def run(self, units):
        for _ in range(units):
            if task["steps"] > 1:
                self.begin()
            for _ in range(task["steps"]):
                self.step()

    def check(self):
        self.begin()
        self.run(task["checked"])
        return self.w.tolist()


class Network:
    def __init__(self):
        batch, sizes = task["batch"], task["sizes"]
        self.x = floats("x").view(-1, sizes[0]).split(batch)
        self.labels = integers("labels").split(batch)
        self.begin()

    def params(self, name):
        return params_of(name, task["sizes"])

    def begin(self):
        self.p = [p.requires_grad_() for p in self.params("start")]
        if "rate" in task:
            self.optimizer = torch.optim.Adam(self.p, lr=task["rate"])
        self.next = 0

    def loss(self, i):
        return cross_entropy(task, self.p, self.x[i], self.labels[i])

    def step(self):
        i = self.next % len(self.x)
        self.next += 1
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(i)
        loss.backward()
        self.optimizer.step()
        return loss

    def run(self, units):
        for _ in range(units):
            self.step()

    def check(self):
        self.begin()
        losses = [self.step().item() for _ in range(task["checked"])]
        return course(losses, sum(p.detach().double().abs().sum().item() for p in self.p))


class Epochs:
    def __init__(self):
        model, rows = task["model"], task["rows"]
        if model["kind"] == "linear":
            y, self.params = floats("y"), lambda: [floats("start")]
            self.loss = lambda p, x, y: ((x @ p[0] - y) ** 2).mean()
        else:
            y, self.params = integers("labels"), lambda: params_of("start", model["sizes"])
            self.loss = lambda p, x, y: cross_entropy(model, p, x, y)
        orders = integers("orders").view(-1, rows)
        batches = [places.tolist() for order in orders for places in order.split(task["batch"])]
        self.loader = DataLoader(TensorDataset(floats("x").view(rows, -1), y), batch_sampler=batches)

    def go(self):
        p = [x.requires_grad_() for x in self.params()]
        optimizer = torch.optim.Adam(p, lr=task["rate"])
        losses = []
        for x, y in self.loader:
            optimizer.zero_grad(set_to_none=True)
            loss = self.loss(p, x, y)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return p, losses

    def run(self, units):
        for _ in range(units):
            self.go()

    def check(self):
        p, losses = self.go()
        return course([loss.item() for loss in losses], sum(x.detach().double().abs().sum().item() for x in p))


class Curvature(Network):
    def one(self):
        gradient = torch.autograd.grad(self.loss(0), self.p, create_graph=True)
        return torch.autograd.grad(gradient, self.p, self.vector)

    def run(self, units):
        for _ in range(units):
            self.one()

    def begin(self):
        super().begin()
        self.vector = self.params("vector")

    def check(self):
        return digest(torch.cat([p.reshape(-1) for p in self.one()]).numpy())


class Valley:
    def go(self, steps):
        p = torch.tensor([-1.2, 1.0], requires_grad=True)
        make = torch.optim.SGD if task["optimizer"] == "gd" else torch.optim.Adam
        optimizer = make([p], lr=task["rate"])
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            x, y = p[0], p[1]
            ((1 - x) ** 2 + 100 * (y - x * x) ** 2).backward()
            optimizer.step()
        return p

    def run(self, units):
        for _ in range(units):
            self.go(task["steps"])

    def check(self):
        return self.go(task["checked"]).tolist()


class Chain:
    def __init__(self):
        self.x = floats("x")
        self.p = [floats(name).requires_grad_() for name in ("w", "b")]

    def one(self):
        w, b = self.p
        value = (torch.tanh(self.x * w + b) ** 2).sum()
        return value, torch.autograd.grad(value, self.p)

    def run(self, units):
        for _ in range(units):
            self.one()

    def check(self):
        value, gradient = self.one()
        return [value.item()] + [v for g in gradient for v in digest(g.numpy())]


class Product:
    def __init__(self):
        self.a, self.b = (floats(name).view(task["size"], -1) for name in ("a", "b"))

    def run(self, units):
        for _ in range(units):
            torch.matmul(self.a, self.b)

    def check(self):
        return digest(torch.matmul(self.a, self.b).numpy().reshape(-1))


jobs = {
    "line": Line,
    "network": Network,
    "epochs": Epochs,
    "curvature": Curvature,
    "valley": Valley,
    "chain": Chain,
    "product": Product,
}
serve(f"{torch.__version__}, one thread, Python {sys.version.split()[0]}", jobs[task["kind"]]())
