"""Writes calls.txt anew: each line `name: call => value`, a call by NumPy, JAX, Optax or PyTorch and its value as JSON.

The arrays are those of variables.ts, in float64.
"""

import json
import pathlib

import jax
import numpy as np
import optax
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)

x = np.array([[0.5, -1.5, 2.5, 1], [3, 0.25, -0.75, 1.25], [1.5, 2, 0.125, 4]])
y = np.array([[1, 2, -3, 0.5], [0.5, 1.5, 2.5, -1], [2, 0.75, 3, 1]])
ARRAYS = {
    "x": x,
    "y": y,
    "tall": np.arange(1.0, 9).reshape(4, 2),
    "c": x < y,
    "a": np.array([[4, 1, 0.5], [1, 3, 0.25], [0.5, 0.25, 2]]),
    "b": np.array([[2, 0.5, 0], [0.5, 5, 1], [0, 1, 3]]),
    "v": np.array([1.0, 2, 4, 3]),
    "w": np.array([0.5, 1, 1.5, 2]),
    "u": np.array([1.0, 2, 3]),
    "z": np.array([0.5, 0.25, 2]),
    "p": np.array([0.25, 0.5, 0.75]),
    "q": np.array([0.125, 0.5, 0.875]),
    "indices": np.array([2, 0]),
    "logits": 2 * x,
    "labels": np.array([2, 0, 1]),
    "predictions": x - 0.5,
    "targets": y - 0.25,
    "probabilities": np.array([[0.25] * 4, [0.5, 0.125, 0.125, 0.25], [0.1, 0.2, 0.3, 0.4]]),
}
KINDS = {"np": np.array, "torch": torch.tensor, "F": torch.tensor, "Tensor": torch.tensor}
MODULES = {"np": np, "jax": jax, "jnp": jax.numpy, "lax": jax.lax, "optax": optax, "torch": torch}
MODULES["F"] = torch.nn.functional


def plain(value):
    """A value as lists of numbers of 12 digits."""
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    array = np.asarray(value)
    if array.ndim > 0:
        return [plain(each) for each in array]
    number = float(array)
    return float(f"{number:.12g}") if np.isfinite(number) else str(number)


def computed(line):
    name, call = line.split(" => ")[0].split(": ", 1)
    kind = KINDS.get(name.split(".")[0], jax.numpy.array)
    value = eval(call, {**MODULES, **{key: kind(array) for key, array in ARRAYS.items()}})
    return f"{name}: {call} => {json.dumps(plain(value))}\n"


path = pathlib.Path(__file__).with_name("calls.txt")
path.write_text("".join([computed(line) for line in path.read_text().splitlines()]))
