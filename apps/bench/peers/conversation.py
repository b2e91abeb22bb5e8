"""What the peers in Python share: the conversation that serve.ts describes, and what is compared (job.ts)."""

import resource
import sys
import time

import numpy as np


def digest(values):
    total = np.abs(values.astype(np.float64)).sum()
    return [float(total), *map(float, values[:10]), *map(float, values[-10:])]


def course(losses, size):
    return [losses[0], losses[len(losses) // 2], losses[-1], size]


def layers(sizes):
    """Where each weight and bias lies in the list of all parameters, and its shape."""
    place = 0
    for before, units in zip(sizes[:-1], sizes[1:]):
        for shape in ((before, units), (units,)):
            size = int(np.prod(shape))
            yield place, place + size, shape
            place += size


clocks = {"run": time.perf_counter, "spend": time.process_time}


def serve(version, job):
    print("ready", version, flush=True)
    for line in sys.stdin:
        request, *units = line.split()
        try:
            if request == "check":
                print("result", *[repr(float(v)) for v in job.check()], flush=True)
            elif request == "memory":
                print("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)
            else:
                now = clocks[request]
                start = now()
                job.run(int(units[0]))
                print("time", repr(now() - start), flush=True)
        except Exception as e:
            print("failed", type(e).__name__, " ".join(str(e).split()), flush=True)
