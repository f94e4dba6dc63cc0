"""PyTorch, eager, on the CPU. Argument: the number of threads. Answers as serve.mjs does."""

import ctypes
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

from sequences import sequence_step

torch.set_num_threads(int(sys.argv[1]))
STEPS = json.loads(sys.argv[2])
CONVOLUTIONAL = json.loads(sys.argv[3])
TRANSPOSED = json.loads(sys.argv[4])
SEQUENCES = json.loads(sys.argv[5])
PREDICTIONS = json.loads(sys.argv[6])
WARM_UP_SECONDS = 1
BATCH_SECONDS = 0.2


def numbers(count, seed):
    positions = torch.arange(count, dtype=torch.int64) + 1 + seed * 1_000_003
    return ((positions * 2_654_435_761) % 2**32).double().div(2**32).sub(0.5).float()


def labels(count):
    return (torch.arange(count) * 7 + 3) % 10


def network(sizes):
    parameters = []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        weight = (2 * numbers(inputs * outputs, i + 1) / math.sqrt(inputs)).reshape(inputs, outputs)
        # As PyTorch has it: [outputs, inputs].
        parameters.append(weight.t().contiguous().requires_grad_())
        parameters.append(torch.zeros(outputs, requires_grad=True))
    return parameters


def forward(parameters, x, cost):
    h = x
    layers = len(parameters) // 2
    for i in range(layers):
        h = F.linear(h, parameters[2 * i], parameters[2 * i + 1])
        if cost == "quadratic":
            h = torch.sigmoid(h)
        elif i < layers - 1:
            h = torch.relu(h)
    return h


def trainer(parameters, work):
    kind = torch.optim.Adam if work["optimizer"] == "adam" else torch.optim.SGD
    optimizer = kind(parameters, lr=work["learningRate"])

    def run(x, y):
        optimizer.zero_grad()
        outputs = forward(parameters, x, work["cost"])
        if work["cost"] == "quadratic":
            cost = ((outputs - y) ** 2).sum(1).mean()
        else:
            cost = F.cross_entropy(outputs, y)
        cost.backward()
        optimizer.step()
        return cost

    return run


def step(work):
    parameters = network(work["sizes"])
    x = numbers(work["batch"] * work["sizes"][0], 100).reshape(work["batch"], -1)
    y = labels(work["batch"])
    if work["cost"] == "quadratic":
        y = F.one_hot(y, 10).float()
    train = trainer(parameters, work)
    return (lambda: train(x, y)), train(x, y).item()


def product(n, is_read):
    a, b = (numbers(n * n, seed).reshape(n, n) for seed in (1, 2))
    first = (a @ b)[0].sum().item()
    if is_read:
        return (lambda: (a @ b).numpy()), first
    c = torch.empty(n, n)
    return (lambda: torch.mm(a, b, out=c)), first


def elementwise(is_gradient):
    x = numbers(1_000_000, 1)
    f = lambda t: (torch.tanh(t * 2 + 1) * torch.sigmoid(t)).sum()
    if not is_gradient:
        return (lambda: f(x)), f(x).item()
    x.requires_grad_()

    def run():
        x.grad = None
        f(x).backward()
        return x.grad

    return run, run().sum().item()


def scalars():
    s = torch.tensor(0.5, requires_grad=True)

    def run():
        s.grad = None
        y = s
        for _ in range(7):
            y = torch.tanh(y * s + s)
        y.backward()
        return s.grad

    return run, run().item()


def epoch():
    images = ((numbers(60_000 * 784, 5) + 0.5) * 256).to(torch.uint8).reshape(60_000, 784)
    targets = F.one_hot(labels(60_000), 10).float()
    train = trainer(network(STEPS["W1"]["sizes"]), STEPS["W1"])

    def run():
        order = torch.randperm(60_000)
        for i in range(0, 60_000, 100):
            rows = order[i : i + 100]
            train(images[rows].float() / 255, targets[rows])

    return run, None


def convolutions():
    channels, window, pool = (CONVOLUTIONAL[name] for name in ("channels", "window", "pool"))
    parameters = []
    for i, (inputs, outputs) in enumerate(zip(channels, channels[1:])):
        count = inputs * window * window
        kernel = 2 * numbers(outputs * count, i + 1) / math.sqrt(count)
        parameters.append(kernel.reshape(outputs, inputs, window, window).requires_grad_())
        parameters.append(torch.zeros(outputs, requires_grad=True))
    features, batch, image = (CONVOLUTIONAL[name] for name in ("features", "batch", "image"))
    weight = (2 * numbers(features * 10, 3) / math.sqrt(features)).reshape(features, 10)
    parameters.append(weight.t().contiguous().requires_grad_())
    parameters.append(torch.zeros(10, requires_grad=True))
    optimizer = torch.optim.SGD(parameters, lr=CONVOLUTIONAL["learningRate"])
    x = numbers(batch * image * image, 100).reshape(batch, 1, image, image)
    y = labels(batch)

    def run():
        optimizer.zero_grad()
        h = x
        for i in range(len(channels) - 1):
            h = F.conv2d(h, parameters[2 * i], parameters[2 * i + 1])
            h = F.max_pool2d(torch.relu(h), pool)
        outputs = F.linear(h.flatten(1), parameters[-2], parameters[-1])
        cost = F.cross_entropy(outputs, y)
        cost.backward()
        optimizer.step()
        return cost

    return run, run().item()


def transposed(is_gradient):
    image, (inputs, outputs), window = (TRANSPOSED[name] for name in ("image", "channels", "window"))
    options = {"stride": TRANSPOSED["stride"], "padding": TRANSPOSED["padding"]}
    batch = TRANSPOSED["batch"]
    x = numbers(batch * inputs * image * image, 100).reshape(batch, inputs, image, image)
    count = outputs * window * window
    kernel = (2 * numbers(inputs * count, 1) / math.sqrt(count)).reshape(inputs, outputs, window, window)
    f = lambda: F.conv_transpose2d(x, kernel, **options)
    if not is_gradient:
        return f, f().square().mean().item()
    x.requires_grad_()
    kernel.requires_grad_()

    def run():
        x.grad = kernel.grad = None
        f().square().sum().backward()
        return x.grad, kernel.grad

    return run, sum(g.square().mean().item() for g in run())


def prediction(work):
    parameters = network(work["sizes"])
    image = numbers(work["sizes"][0], 100).reshape(1, -1).numpy()

    def run():
        with torch.no_grad():
            return forward(parameters, torch.from_numpy(image), work["cost"]).numpy()

    return run, float(run()[0][0])


def blas_kernel():
    """The kernel that the BLAS has chosen for this processor, if it is OpenBLAS."""
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps if "openblas" in line}
    for path in paths:
        library = ctypes.CDLL(path)
        library.openblas_get_corename.restype = ctypes.c_char_p
        return library.openblas_get_corename().decode()
    return None


def prepare(work):
    if work in STEPS:
        return step(STEPS[work])
    if work.startswith("W5"):
        return product(int(work.split()[1]), work.endswith("read"))
    if work.startswith("W6"):
        # An array of NumPy's is the same memory.
        return elementwise("gradient" in work)
    if work == "W7":
        return scalars()
    if work in SEQUENCES:
        return sequence_step(SEQUENCES[work], numbers)
    if work == "W14":
        return prediction(STEPS[PREDICTIONS["network"]])
    if work.startswith("W15"):
        return transposed(work.endswith("gradient"))
    return epoch() if work == "W8" else convolutions()


def timed(run, count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


def calls_in(seconds, once):
    return math.ceil(seconds / max(once, 1e-7))


def warm_up(run):
    """How many calls are a batch, once they are warm."""
    end = time.perf_counter() + WARM_UP_SECONDS
    once = timed(run, 1)
    while time.perf_counter() < end:
        once = timed(run, calls_in(BATCH_SECONDS / 4, once))
    return calls_in(BATCH_SECONDS, once)


run, calls = None, 1
for line in sys.stdin:
    request = json.loads(line)
    answer = {}
    if request["command"] == "prepare":
        try:
            run, answer["first"] = prepare(request["work"])
            calls = warm_up(run)
        except Exception as error:
            answer["failed"] = str(error).split("\n")[0]
    elif request["command"] == "kernel":
        answer = {"version": torch.__version__, "kernel": blas_kernel()}
    elif request["command"] == "each":
        answer["each"] = [1e3 * timed(run, 1) for _ in range(request["count"])]
    else:
        timed(run, math.ceil(calls / 4))
        answer["milliseconds"] = timed(run, calls) * 1e3
    print(json.dumps(answer), flush=True)
