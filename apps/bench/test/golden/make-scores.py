"""
Writes scores.json: what PyTorch's autograd (torch 2.13.0, double precision) makes of a CIFAR ResNet-20 defined here,
independently of the TypeScript one, in training mode. For every batch normalisation and channel γ·∂γ + β·∂β (the gate,
Molchanov et al. 2019), for every convolution and filter Σ (w·∂w)² (eq. 8), and the loss.

Images are sin(i + phase), i counting [4, 8, 8, 3]; classes count 0 to 3. Of a hundred phases it takes the one whose
values before ReLUs stay farthest from zero: one that is near zero may change sign in float32, and that alone moves
gradients by a per cent. Element i of a tensor whose key has n
letters is, with s = sin((i + n)²): 2 s / sqrt(fan in) for kernels, 1 + s / 10 for γ, s / 10 for the rest.
"""

import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.extra = stride, (outputs - inputs) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        shortcut = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.extra, self.extra))
        return F.relu(y + shortcut)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        widths = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        stages = [nn.Sequential(Block(a, b, s), Block(b, b, 1), Block(b, b, 1)) for a, b, s in widths]
        self.layer1, self.layer2, self.layer3 = stages
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def fill(net):
    for key, tensor in net.state_dict().items():
        if not tensor.is_floating_point():
            continue
        i = torch.arange(tensor.numel(), dtype=torch.float64) + len(key)
        s = torch.sin(i * i).reshape(tensor.shape)
        if tensor.dim() > 1:
            tensor.copy_(2 * s / math.sqrt(tensor[0].numel()))
        elif key.endswith("weight"):
            tensor.copy_(1 + s / 10)
        elif not key.endswith("running_var"):
            tensor.copy_(s / 10)


net = ResNet20().double().train()
fill(net)


def images(phase):
    numbers = torch.arange(4 * 8 * 8 * 3, dtype=torch.float64) + phase
    return torch.sin(numbers).reshape(4, 8, 8, 3).permute(0, 3, 1, 2)


def nearest_to_zero(phase):
    """The smallest value that any ReLU gets."""
    seen = []
    relu = F.relu
    F.relu = lambda x: (seen.append(x.abs().min().item()), relu(x))[1]
    with torch.no_grad():
        net(images(phase))
    F.relu = relu
    return min(seen)


phase = max(range(100), key=nearest_to_zero)
loss = F.cross_entropy(net(images(phase)), torch.arange(4))
loss.backward()

gates, weights = {}, {}
for name, module in net.named_modules():
    if isinstance(module, nn.BatchNorm2d):
        gates[name] = (module.weight * module.weight.grad + module.bias * module.bias.grad).tolist()
    if isinstance(module, nn.Conv2d):
        weights[name] = ((module.weight * module.weight.grad) ** 2).sum((1, 2, 3)).tolist()


def rounded(table):
    return {name: [float(f"{value:.7e}") for value in values] for name, values in table.items()}


file = pathlib.Path(__file__).with_name("scores.json")
print(phase, nearest_to_zero(phase))
file.write_text(json.dumps({"phase": phase, "loss": loss.item(), "gates": rounded(gates), "weights": rounded(weights)}) + "\n")
