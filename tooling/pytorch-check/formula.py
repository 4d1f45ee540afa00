"""
Weights and images by formula, the same in PyTorch and in TypeScript (tooling/testing/src/formula-weights.ts).

Images are sin(i + phase), i counting [batch, height, width, channels]. Of a hundred phases `best_phase` takes the one whose
values before ReLUs stay farthest from zero: one that is near zero may change sign in float32, and that alone moves gradients
by a per cent. Element i of a tensor whose key has n letters is, with s = sin((i + n)²): 2 s / sqrt(fan in) for kernels,
1 + s / 10 for γ, 1 for running variances, s / 10 for the rest.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F


def fill(net):
    for key, tensor in net.state_dict().items():
        if not tensor.is_floating_point():
            continue
        if key.endswith("running_var"):
            tensor.fill_(1)
            continue
        i = torch.arange(tensor.numel(), dtype=torch.float64) + len(key)
        s = torch.sin(i * i).reshape(tensor.shape)
        if tensor.dim() > 1:
            tensor.copy_(2 * s / math.sqrt(tensor[0].numel()))
        elif key.endswith("weight"):
            tensor.copy_(1 + s / 10)
        else:
            tensor.copy_(s / 10)


def images(phase):
    """[4, 3, 8, 8]"""
    numbers = torch.arange(4 * 8 * 8 * 3, dtype=torch.float64) + phase
    return torch.sin(numbers).reshape(4, 8, 8, 3).permute(0, 3, 1, 2)


def best_phase(net):
    def nearest_to_zero(phase):
        """The smallest value that any ReLU gets."""
        seen = []
        relu = F.relu
        F.relu = lambda x: (seen.append(x.abs().min().item()), relu(x))[1]
        with torch.no_grad():
            net(images(phase))
        F.relu = relu
        return min(seen)

    return max(range(100), key=nearest_to_zero)


def rounded(table):
    return {name: [float(f"{value:.7e}") for value in values] for name, values in table.items()}


def write_golden(name, golden, folder="apps/bench/test/golden"):
    file = pathlib.Path(__file__).parents[2] / folder / name
    file.write_text(json.dumps(golden) + "\n")
    return file
