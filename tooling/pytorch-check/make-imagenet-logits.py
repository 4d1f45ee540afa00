"""
Writes packages/models/test/golden/imagenet-logits.json: for torchvision's own networks (torchvision 0.28.0, torch 2.13.0) the
number of parameters, a digest of the names and shapes in their state dict, and the first five logits of two images (double
precision) with the weights of hashed.py. The images are sin(i), i counting [2, height, width, channels].

VGG has no pooling to 7 × 7 here, and a first dense layer that fits its feature map.
"""

import hashlib
import json
import math
import pathlib

import torch
from hashed import fill, stored
from networks import BUILDERS, build


def size(name):
    """[height, width], odd somewhere on the way down: a padding on the wrong side shows."""
    return (70, 40) if name.startswith("vgg") else (33, 40)


def logits(model, height, width):
    shape = (2, height, width, 3)
    x = torch.sin(torch.arange(math.prod(shape), dtype=torch.float64)).float().reshape(shape)
    with torch.no_grad():
        y = model.double().eval()(x.double().permute(0, 3, 1, 2))
    return [[float(f"{value:.7g}") for value in row] for row in y[:, :5].tolist()]


found = {}
for name in BUILDERS:
    parameters = sum(parameter.numel() for parameter in build(name, 224, 224).parameters())
    model = build(name, *size(name))
    lines = [f"{key} {'x'.join(map(str, tensor.shape))}" for key, tensor in stored(model).items()]
    fill(model)
    found[name] = {
        "parameters": parameters,
        "size": size(name),
        "stateDict": hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest(),
        "logits": logits(model, *size(name)),
    }
path = pathlib.Path(__file__).parents[2] / "packages/models/test/golden/imagenet-logits.json"
path.write_text(json.dumps(found, indent=1) + "\n")
