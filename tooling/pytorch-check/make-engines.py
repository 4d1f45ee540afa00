"""
Writes tooling/conformance/test/golden/networks.json: what PyTorch (torch 2.13.0, double precision) makes of four small
classifiers, for comparison with every engine. Run it where PyTorch is: python tooling/pytorch-check/make-engines.py

"pooling": average and max pooling whose windows overlap and reach into the padding, and a hidden dense layer. "residual": a
stage of two producers. "separable": a strided convolution, a depthwise and a 1×1 convolution. "dense": an input that is
concatenated with what is computed from it. For each, in training mode: the loss; gradients; the square of every unit's gate
gradient, Σ w·∂w over the weights that read the unit; and the loss after a step of SGD with momentum and weight decay. Images and weights are those of formula.py; classes count 0 to 3.
"""

import torch
import torch.nn.functional as F
from formula import best_phase, fill, images, rounded, write_golden
from torch import nn


def convolution(inputs, outputs, stride=1, size=3, groups=1):
    return nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False, groups=groups)


def padded_after(x, value):
    """TensorFlow's padding "same" of windows of 3 at stride 2 over an even size: one row and column at the end."""
    return F.pad(x, (0, 1, 0, 1), value=value)


class Pooling(nn.Module):
    gates = {"conv1": ["conv2.weight"], "conv2": ["hidden.weight"], "hidden": ["classes.weight"]}

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = convolution(3, 6), nn.BatchNorm2d(6)
        self.conv2, self.bn2 = convolution(6, 8), nn.BatchNorm2d(8)
        self.hidden = nn.Linear(8, 6)
        self.classes = nn.Linear(6, 4)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        inside = F.avg_pool2d(padded_after(torch.ones_like(x), 0), 3, 2)
        x = F.avg_pool2d(padded_after(x, 0), 3, 2) / inside
        x = F.relu(self.bn2(self.conv2(x)))
        x = F.max_pool2d(padded_after(x, -torch.inf), 3, 2)
        x = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        return self.classes(F.relu(self.hidden(x.mean((2, 3)))))


class Residual(nn.Module):
    gates = {"conv1": ["conv2.weight", "classes.weight"], "conv2": ["conv3.weight"]}

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = convolution(3, 6), nn.BatchNorm2d(6)
        self.conv2, self.bn2 = convolution(6, 8), nn.BatchNorm2d(8)
        self.conv3, self.bn3 = convolution(8, 6), nn.BatchNorm2d(6)
        self.classes = nn.Linear(6, 4)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(x)))))
        return self.classes(F.relu(x + y).mean((2, 3)))


class Separable(nn.Module):
    gates = {"conv1": ["depthwise.weight", "conv2.weight"], "conv2": ["classes.weight"]}

    def __init__(self):
        super().__init__()
        # An odd size: PyTorch and TensorFlow pad strided windows alike.
        self.conv1, self.bn1 = convolution(3, 6, stride=2), nn.BatchNorm2d(6)
        self.depthwise, self.bn2 = convolution(6, 6, groups=6), nn.BatchNorm2d(6)
        self.conv2, self.bn3 = convolution(6, 8, size=1), nn.BatchNorm2d(8)
        self.classes = nn.Linear(8, 4)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x[:, :, :7, :7])))
        x = F.relu(self.bn2(self.depthwise(x)))
        return self.classes(F.relu(self.bn3(self.conv2(x))).mean((2, 3)))


class Dense(nn.Module):
    gates = {"conv1": [("conv2.weight", 0), ("conv3.weight", 0)], "conv2": [("conv3.weight", 6)], "conv3": ["classes.weight"]}

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = convolution(3, 6), nn.BatchNorm2d(6)
        self.conv2, self.bn2 = convolution(6, 4), nn.BatchNorm2d(4)
        self.conv3, self.bn3 = convolution(10, 8), nn.BatchNorm2d(8)
        self.classes = nn.Linear(8, 4)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(x)))
        x = F.relu(self.bn3(self.conv3(torch.cat([x, y], 1))))
        return self.classes(x.mean((2, 3)))


def gate_scores(net, widths):
    """Each reader is a weight, or a weight and the first of its input channels that are the group's."""
    parameters = dict(net.named_parameters())
    scores = {}
    for group, readers in net.gates.items():
        total = 0
        for reader in readers:
            name, start = reader if isinstance(reader, tuple) else (reader, 0)
            weight = parameters[name]
            axes = [0, *range(2, weight.dim())] if name != "depthwise.weight" else [1, 2, 3]
            total = total + (weight * weight.grad).sum(axes)[start : start + widths[group]]
        scores[group] = total.square().tolist()
    return rounded(scores)


def flat(tensors):
    return rounded({name: tensor.flatten().tolist() for name, tensor in tensors.items()})


def golden_of(net):
    net = net.double()
    fill(net)
    net.train()
    phase = best_phase(net)
    golden = {"phase": phase}
    parameters = dict(net.named_parameters())
    widths = {name: layer.weight.shape[0] for name, layer in net.named_children()}
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
    losses = []
    for step in range(2):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(images(phase)), torch.arange(4))
        loss.backward()
        losses.append(float(f"{loss.item():.7e}"))
        if step == 0:
            golden["gradients"] = flat({name: parameter.grad for name, parameter in parameters.items()})
            golden["gates"] = gate_scores(net, widths)
        optimizer.step()
    golden["losses"] = losses
    return golden


golden = {
    "pooling": golden_of(Pooling()),
    "residual": golden_of(Residual()),
    "separable": golden_of(Separable()),
    "dense": golden_of(Dense()),
}
file = write_golden("networks.json", golden, "tooling/conformance/test/golden")
print(file, {name: each["phase"] for name, each in golden.items()})
