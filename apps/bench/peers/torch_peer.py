"""PyTorch on one thread: `torch_peer.py TASK FOLDER`, speaking the lines that serve.ts describes."""

import json
import os
import sys

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.nn.functional as F

from conversation import course, digest, layers, serve

torch.set_num_threads(1)
task, folder = json.loads(sys.argv[1]), sys.argv[2]


def floats(name):
    return torch.from_numpy(np.fromfile(f"{folder}/{name}.f32", dtype=np.float32))


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
        labels = np.fromfile(f"{folder}/labels.i32", dtype=np.int32)
        self.labels = torch.from_numpy(labels).long().split(batch)
        self.begin()

    def params(self, name):
        flat = floats(name)
        return [flat[a:b].view(shape).clone() for a, b, shape in layers(task["sizes"])]

    def begin(self):
        self.p = [p.requires_grad_() for p in self.params("start")]
        if "rate" in task:
            self.optimizer = torch.optim.Adam(self.p, lr=task["rate"])
        self.next = 0

    def loss(self, i):
        activation = torch.relu if task["activation"] == "relu" else torch.tanh
        h = self.x[i]
        for k in range(0, len(self.p), 2):
            h = torch.addmm(self.p[k + 1], activation(h) if k > 0 else h, self.p[k])
        return F.cross_entropy(h, self.labels[i])

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


jobs = {"line": Line, "network": Network, "curvature": Curvature, "valley": Valley, "chain": Chain, "product": Product}
serve(f"{torch.__version__}, one thread, Python {sys.version.split()[0]}", jobs[task["kind"]]())
