"""
Writes apps/bench/test/golden/network-gradients.json: of torchvision's networks with steady weights, in training mode without
dropout and in double precision, the loss for the classes 0, 1, 2, … and, for every parameter, the norm of its gradient and
the gradient's product with a vector of hashes; "single" is the largest distance of PyTorch's own gradients in float32.
Images are sin(i), i counting [batch, height, width, channels].

A value near zero before a ReLU may change sign in float32, and that alone moves gradients by a per cent. So weights are those
of hashed.py, but batch normalisation scales by a fifth of that and shifts by 1.5: ReLUs pass a channel as a whole, or, of one
in twenty where no addition follows, block it.
"""

import json
import pathlib
import re

import torch
import torch.nn.functional as F
from hashed import fill, hashed
from networks import build, deterministic

SIZES = {"resnet18": 40, "resnet50": 40, "vgg11-bn-imagenet": 64, "densenet121": 64, "mobilenet-v2": 40}
BATCH = 3


def images(size):
    """[batch, 3, size, size]"""
    numbers = torch.arange(BATCH * size * size * 3, dtype=torch.float64)
    return torch.sin(numbers).float().reshape(BATCH, size, size, 3).permute(0, 3, 1, 2)


def fill_steadily(net):
    fill(net)
    for name, layer in net.named_modules():
        if hasattr(layer, "running_mean"):
            added = re.search(r"(\.bn[23]|downsample\.1)$", name)
            blocked = layer.bias < (-1 if added else -0.09)
            with torch.no_grad():
                layer.weight.mul_(0.2)
                layer.bias.copy_(torch.where(blocked, -1.5, 1.5))


def gradients(net, x):
    net.zero_grad()
    loss = F.cross_entropy(net(x.to(next(net.parameters()).dtype)), torch.arange(BATCH))
    loss.backward()
    return loss.item(), {key: parameter.grad.double().clone() for key, parameter in net.named_parameters()}


def distance(single, double):
    """The largest over all parameters, relative to their norms; a norm far below the largest is a rounding error."""
    largest = max(gradient.norm() for gradient in double.values())
    return max(((single[key] - g).norm() / max(g.norm(), 1e-3 * largest)).item() for key, g in double.items())


def digest(gradient):
    """[norm, product with hashes]"""
    product = gradient.flatten() @ hashed(gradient.numel(), 0)
    return [float(f"{value:.6e}") for value in (gradient.norm().item(), product.item())]


def golden(name, size):
    net = deterministic(build(name, size, size)).train()
    fill_steadily(net)
    x = images(size)
    _, single = gradients(net, x)
    loss, double = gradients(net.double(), x)
    digests = {key: digest(gradient) for key, gradient in double.items()}
    apart = float(f"{distance(single, double):.2e}")
    return {"size": size, "loss": float(f"{loss:.7e}"), "single": apart, "gradients": digests}


found = {name: golden(name, size) for name, size in SIZES.items()}
path = pathlib.Path(__file__).parents[2] / "apps/bench/test/golden/network-gradients.json"
path.write_text(json.dumps(found) + "\n")
