"""Steps of training on sequences in PyTorch, as sequences.mjs has them."""

import math

import torch
import torch.nn as nn


class Blocks(nn.Module):
    def __init__(self, features, heads, blocks, places):
        super().__init__()
        layer = lambda: nn.TransformerEncoderLayer(
            features, heads, 4 * features, 0, "gelu", batch_first=True, norm_first=True
        )
        self.blocks = nn.ModuleList(layer() for _ in range(blocks))
        self.mask = torch.full((places, places), float("-inf")).triu(1)

    def forward(self, x):
        for block in self.blocks:
            x = block(x, self.mask)
        return x


class Recurrent(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.lstm = nn.LSTM(features, features, batch_first=True)

    def forward(self, x):
        return self.lstm(x)[0]


def sequence_step(work, numbers):
    features, places, batch = (work[name] for name in ("features", "places", "batch"))
    if work["kind"] == "recurrent":
        model = Recurrent(features)
    else:
        model = Blocks(features, work["heads"], work["blocks"], places)
    with torch.no_grad():
        for i, one in enumerate(model.parameters()):
            scale = 2 / math.sqrt(one.shape[1]) if one.dim() == 2 else 0.2
            one.copy_((numbers(one.numel(), i + 1) * scale).reshape(one.shape))
    if work["optimizer"] == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=work["learningRate"])
    else:
        optimizer = torch.optim.AdamW(model.parameters(), lr=work["learningRate"], weight_decay=0.01)
    x = numbers(batch * places * features, 100).reshape(batch, places, features)

    def run():
        optimizer.zero_grad()
        cost = model(x).square().mean()
        cost.backward()
        optimizer.step()
        return cost

    return run, run().item()
