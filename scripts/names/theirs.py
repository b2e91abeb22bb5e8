"""Prints the public functions of NumPy, JAX, Optax and PyTorch as JSON, for theirs.json.

Classes and modules are left out, but for the classes below and those of torch.optim and torch.utils.data, and so are
names that end in an underscore (PyTorch's in place). A name is listed in the first module that has it.
"""

import importlib
import json
import types

LIBRARIES = {
    "numpy": {"np": "numpy", "np.linalg": "numpy.linalg", "np.random": "numpy.random"},
    "jax": {
        "jax": "jax",
        "jnp": "jax.numpy",
        "jnp.linalg": "jax.numpy.linalg",
        "jax.nn": "jax.nn",
        "jax.nn.initializers": "jax.nn.initializers",
        "lax": "jax.lax",
        "jax.random": "jax.random",
        "jax.scipy.special": "jax.scipy.special",
        "jax.tree": "jax.tree",
    },
    "optax": {
        "optax": "optax",
        "optax.losses": "optax.losses",
        "optax.projections": "optax.projections",
        "optax.tree": "optax.tree",
        "optax.contrib": "optax.contrib",
    },
    "torch": {
        "torch": "torch",
        "F": "torch.nn.functional",
        "optim": "torch.optim",
        "lr_scheduler": "torch.optim.lr_scheduler",
        "torch.func": "torch.func",
        "torch.linalg": "torch.linalg",
        "torch.special": "torch.special",
        "init": "torch.nn.init",
        "autograd": "torch.autograd",
        "data": "torch.utils.data",
        "Tensor": "torch.Tensor",
    },
}
# The modules and the names that are listed again, since they mean something else there.
APART = {"jax.random", "jax.tree", "jax.nn.initializers", "np.random", "optim", "init", "optax.tree"}
DIFFERENT = {"lax.cond", "torch.linalg.cond", "Tensor.grad", "autograd.grad"}
CONSTANTS = (float, type(None))
CLASSES = set("no_grad enable_grad inference_mode set_grad_enabled Generator autocast Function detect_anomaly".split())
CLASSES.update("custom_jvp custom_vjp ShapeDtypeStruct MultiSteps GradientTransformation Partial vectorize".split())


def module(path):
    parent, _, name = path.rpartition(".")
    try:
        return importlib.import_module(path)
    except ImportError:
        return getattr(importlib.import_module(parent), name)


def is_public(place, path, name, value):
    root = path.split(".")[0]
    inside = getattr(value, "__module__", None) or root
    if place == "init":
        return name == "calculate_gain" or name.endswith("_") and not name.startswith("_")
    if name.endswith("_copy") and name != "index_copy" and root == "torch" and name[:-5] in dir(module(path)) + dir(module("torch.Tensor")):
        return False
    if name.startswith("_") or name.endswith(("_", "_p")) or isinstance(value, types.ModuleType):
        return False
    if isinstance(value, CONSTANTS):
        return True
    if isinstance(value, type):
        return name in CLASSES or place in ("optim", "lr_scheduler", "data") and inside.startswith(path)
    if place in ("optim", "lr_scheduler"):
        return False
    if root == "torch" and not getattr(value, "__doc__", None):
        return False
    if not callable(value) and place != "Tensor":
        return type(value).__module__.startswith("numpy.lib")
    return inside.split(".")[0] in (root, root + "lib", "numpy", "builtins", "chex", "functools")


everything = {}
for key, places in LIBRARIES.items():
    root = module(next(iter(places.values())))
    seen = set()
    lists = {}
    for place, path in places.items():
        found = module(path)
        names = [name for name in sorted(dir(found)) if is_public(place, path, name, getattr(found, name))]
        lists[place] = " ".join(name for name in names if place in APART or name not in seen or f"{place}.{name}" in DIFFERENT)
        seen.update([] if place in APART else names)
    everything[key] = {"version": root.__version__.split("+")[0], "names": lists}
print(json.dumps(everything, indent=2))
