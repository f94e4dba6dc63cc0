"""Files as others write them, for safetensors-files.test.ts: pip install safetensors numpy torch, then
python3 write_fixtures.py in this folder. With `read FILE` it says, as JSON, what a file holds, and with
`judge FOLDER` which of the files in it can be read."""

import json
import os
import sys

import numpy
from safetensors import SafetensorError, deserialize, safe_open
from safetensors.numpy import save_file


def read(path):
    with safe_open(path, framework="np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        return {
            "metadata": file.metadata(),
            "tensors": {
                name: {"dtype": str(x.dtype), "shape": x.shape, "values": x.flatten().tolist()}
                for name, x in tensors.items()
            },
        }


def judge(folder):
    def can_be_read(name):
        with open(os.path.join(folder, name), "rb") as file:
            try:
                deserialize(file.read())
                return True
            except SafetensorError:
                return False

    return {name: can_be_read(name) for name in os.listdir(folder)}


def write_dtypes():
    tensors = {
        "truth": numpy.array([True, False, True]),
        "bytes": numpy.array([[0, 128], [255, 7]], dtype=numpy.uint8),
        "whole": numpy.array([-(2**31), 2**31 - 1], dtype=numpy.int32),
        "single": numpy.array([[1.5, -0.0, 1e-45]], dtype=numpy.float32),
        "double": numpy.array(0.1, dtype=numpy.float64),
        "empty": numpy.zeros((0, 3), dtype=numpy.float32),
        'é "x"': numpy.array([1.0], dtype=numpy.float32),
    }
    save_file(tensors, "dtypes.safetensors", metadata={"made by": "Gödel"})
    save_file({"half": numpy.array([1.0], dtype=numpy.float16)}, "half.safetensors")


def write_rounded():
    """Numbers of both floats, and their bits as NumPy's float16."""
    random = numpy.random.default_rng(1)
    spread = random.standard_normal(60) * 2.0 ** random.integers(-28, 18, 60)
    edges = [0.0, -0.0, 65504, 65519.99, 65520, 65536, 2.0**-24, 2.0**-25, 2.0**-14, numpy.inf, -numpy.inf, numpy.nan]
    # Half way between two float16, and just beside it: what is rounded twice goes wrong.
    middles = 1 + (2 * numpy.arange(20) + 1) * 2.0**-11
    double = numpy.concatenate([spread, edges, middles, middles + 2.0**-40, middles - 2.0**-40])
    single = double.astype(numpy.float32)
    with numpy.errstate(over="ignore"):
        bits = [x.astype(numpy.float16).view(numpy.uint16) for x in (single, double)]
    save_file(
        {"float32": single, "float64": double, "from32": bits[0], "from64": bits[1]}, "rounded.safetensors"
    )


def write_pytorch():
    import torch
    from safetensors.torch import save_file as save_torch_file

    torch.manual_seed(1)
    network = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Sigmoid(), torch.nn.Linear(4, 2))
    x = torch.randn(5, 3)
    save_torch_file(network.state_dict(), "network.safetensors", metadata={"format": "pt"})
    outputs = network(x).detach()
    save_torch_file({"inputs": x, "outputs": outputs}, "network-outputs.safetensors")


if sys.argv[1:2] == ["read"]:
    print(json.dumps(read(sys.argv[2])))
elif sys.argv[1:2] == ["judge"]:
    print(json.dumps(judge(sys.argv[2])))
else:
    write_dtypes()
    write_rounded()
    write_pytorch()
