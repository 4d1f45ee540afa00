"""
Writes apps/bench/test/golden/network-gradients.json: of torchvision's networks with the weights of hashed.py, in training mode
without dropout and in double precision, the loss for the classes 0, 1, 2, … and, for every parameter, the norm of its
gradient and the gradient's product with a vector of hashes. Images are sin(i + phase), i counting [batch, height, width,
channels]. Of ten phases the one in which PyTorch's own gradients in float32 come nearest: a value near zero before a ReLU may
change sign in float32, and that alone moves gradients by a per cent.
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from hashed import fill, hashed
from networks import build, deterministic

SIZES = {"resnet18": 40, "resnet50": 40, "vgg11-bn-imagenet": 64, "densenet121": 64, "mobilenet-v2": 40}
BATCH = 3


def images(size, phase):
    """[batch, 3, size, size]"""
    numbers = torch.arange(BATCH * size * size * 3, dtype=torch.float64) + phase
    return torch.sin(numbers).float().reshape(BATCH, size, size, 3).permute(0, 3, 1, 2)


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
    for layer in net.modules():
        if hasattr(layer, "running_mean"):
            layer.momentum = 0.0
    best = None
    for phase in range(10):
        x = images(size, phase)
        fill(net.float())
        _, single = gradients(net, x)
        loss, double = gradients(net.double(), x)
        apart = distance(single, double)
        print(name, phase, apart, flush=True)
        if best is None or apart < best[0]:
            best = apart, {
                "size": size,
                "phase": phase,
                "loss": float(f"{loss:.7e}"),
                "gradients": {key: digest(gradient) for key, gradient in double.items()},
            }
        if apart < 2e-5:
            break
    return best[1]


found = {name: golden(name, size) for name, size in SIZES.items()}
path = pathlib.Path(__file__).parents[2] / "apps/bench/test/golden/network-gradients.json"
path.write_text(json.dumps(found) + "\n")
