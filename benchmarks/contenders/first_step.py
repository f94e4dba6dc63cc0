"""The first training step of a model in PyTorch, as first-step.mjs does it. Argument: the work as JSON."""

import json
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
WORK = json.loads(sys.argv[1])


def labels(*shape):
    count = int(torch.tensor(shape).prod())
    return ((torch.arange(count) * 7 + 3) % 10).reshape(shape)


def perceptron(sizes, batch):
    def make():
        layers = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [nn.Linear(inputs, outputs), nn.Sigmoid()]
        return nn.Sequential(*layers)

    y = F.one_hot(labels(batch), 10).float()
    return make, torch.rand(batch, sizes[0]), y, lambda a, b: ((a - b) ** 2).sum(1).mean()


def convolutional(image, channels, window, sizes, batch):
    def make():
        layers = []
        for inputs, outputs in zip(channels, channels[1:]):
            layers += [nn.Conv2d(inputs, outputs, window), nn.ReLU(), nn.MaxPool2d(2)]
        layers.append(nn.Flatten())
        for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
            layers += ([nn.ReLU()] if i > 0 else []) + [nn.Linear(inputs, outputs)]
        return nn.Sequential(*layers)

    return make, torch.rand(batch, 1, image, image), labels(batch), F.cross_entropy


class Transformer(nn.Module):
    def __init__(self, characters, places, features, heads, blocks):
        super().__init__()
        self.characters = nn.Embedding(characters, features)
        self.places = nn.Embedding(places, features)
        layer = lambda: nn.TransformerEncoderLayer(
            features, heads, 4 * features, 0, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.ModuleList(layer() for _ in range(blocks))
        self.norm = nn.LayerNorm(features)
        self.output = nn.Linear(features, characters)
        self.mask = torch.full((places, places), float("-inf")).triu(1)

    def forward(self, x):
        hidden = self.characters(x) + self.places.weight
        for block in self.blocks:
            hidden = block(hidden, self.mask)
        return self.output(self.norm(hidden))


def transformer(characters, places, features, heads, blocks, batch):
    x = labels(batch, places)
    cost = lambda a, b: F.cross_entropy(a.flatten(0, 1), b.flatten())
    return lambda: Transformer(characters, places, features, heads, blocks), x, x, cost


class Recurrent(nn.Module):
    def __init__(self, inputs, features):
        super().__init__()
        self.lstm = nn.LSTM(inputs, features, batch_first=True)
        self.output = nn.Linear(features, 10)

    def forward(self, x):
        return self.output(self.lstm(x)[0][:, -1])


def recurrent(inputs, features, places, batch):
    return lambda: Recurrent(inputs, features), torch.rand(batch, places, inputs), labels(batch), F.cross_entropy


kind, later = WORK.pop("kind"), WORK.pop("later")
make, x, y, cost_of = globals()[kind](**WORK)
start = time.perf_counter()
model = make()
optimizer = torch.optim.Adam(model.parameters())
times = []
for i in range(1 + later):
    begin = start if i == 0 else time.perf_counter()
    optimizer.zero_grad()
    cost = cost_of(model(x), y)
    cost.backward()
    optimizer.step()
    cost.item()
    times.append(1e3 * (time.perf_counter() - begin))
print(json.dumps({"first": times[0], "later": times[1:]}))
