"""
Writes imagenet-logits.json: for torchvision's own networks (torchvision 0.28.0, torch 2.13.0) the number of parameters, a
digest of the names and shapes in their state dict, and the first five logits of two images (double precision) with
weights from a formula.

VGG has no pooling to 7 × 7 here, and a first dense layer that fits its feature map of 2 × 1. In "vgg11-bn-dense-bn" batch
normalisation replaces the ReLU of the classifier, and a ReLU its dropout.

The input is sin(i), i counting [2, height, width, channels]. Element i of a tensor whose key has n letters is, with
s = hash(i + n), uniform in [-1, 1): s sqrt(6 / fan in) for kernels, 1 + s / 10 for other weights, 1 + s² / 2 for
variances, s / 10 for the rest. The hash is cheap: some of these networks have 44 million weights.
"""

import hashlib
import json
import math
import pathlib

import torch
import torchvision

networks = {
    "vgg11-bn-imagenet": "vgg11_bn",
    "vgg11-bn-dense-bn": "vgg11_bn",
    "vgg16-bn": "vgg16_bn",
    "resnet18": "resnet18",
    "resnet34": "resnet34",
    "resnet50": "resnet50",
    "resnet101": "resnet101",
    "resnet152": "resnet152",
    "mobilenet-v2": "mobilenet_v2",
    "densenet121": "densenet121",
    "densenet201": "densenet201",
}


def size(name):
    """[height, width], odd somewhere on the way down: a padding on the wrong side shows."""
    return (70, 40) if name.startswith("vgg") else (33, 40)


def with_dense_bn(model):
    for i in (1, 4):
        model.classifier[i], model.classifier[i + 1] = torch.nn.BatchNorm1d(4096), torch.nn.ReLU()
    return model


def fitted(model):
    if isinstance(model, torchvision.models.VGG):
        model.avgpool = torch.nn.Identity()
        model.classifier[0] = torch.nn.Linear(512 * 2 * 1, 4096)
    return model


def hashed(count, offset):
    h = (torch.arange(count, dtype=torch.int64) + offset) * 0x9E3779B1 & 0xFFFFFFFF
    h = (h ^ h >> 15) * 0x2C1B3C6D & 0xFFFFFFFF
    h = h ^ h >> 13
    return h.double() / 2**31 - 1


def stored(model):
    return {
        key: tensor
        for key, tensor in model.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }


def fill(model):
    for key, tensor in stored(model).items():
        s = hashed(tensor.numel(), len(key))
        if tensor.dim() > 1:
            s = s * math.sqrt(6 / tensor[0].numel())
        elif key.endswith("weight"):
            s = 1 + s / 10
        elif key.endswith("running_var"):
            s = 1 + s * s / 2
        else:
            s = s / 10
        tensor.copy_(s.float().reshape(tensor.shape))


def logits(model, height, width):
    shape = (2, height, width, 3)
    x = torch.sin(torch.arange(math.prod(shape), dtype=torch.float64)).float().reshape(shape)
    with torch.no_grad():
        y = model.double().eval()(x.double().permute(0, 3, 1, 2))
    return [[float(f"{value:.7g}") for value in row] for row in y[:, :5].tolist()]


found = {}
for name, builder in networks.items():
    model = getattr(torchvision.models, builder)(weights=None)
    if name.endswith("dense-bn"):
        model = with_dense_bn(model)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    model = fitted(model)
    lines = [f"{key} {'x'.join(map(str, tensor.shape))}" for key, tensor in stored(model).items()]
    fill(model)
    found[name] = {
        "parameters": parameters,
        "size": size(name),
        "stateDict": hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest(),
        "logits": logits(model, *size(name)),
    }
path = pathlib.Path(__file__).with_name("imagenet-logits.json")
path.write_text(json.dumps(found, indent=1) + "\n")
