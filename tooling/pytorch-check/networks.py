"""torchvision's networks by the names of packages/models, for inputs of any size, and with layers of other sizes."""

import sys
import types

import torch
from torch import nn

try:
    import torchvision
except RuntimeError:  # compiled for another torch. None of these networks needs its compiled operators
    sys.modules["torchvision._meta_registrations"] = types.ModuleType("without operators")
    import torchvision

BUILDERS = {
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


def build(name, height, width):
    """A network with torchvision's random weights, for images of this size. VGG is not pooled to 7 × 7."""
    net = getattr(torchvision.models, BUILDERS[name])(weights=None)
    if name.endswith("dense-bn"):
        for i in (1, 4):
            net.classifier[i], net.classifier[i + 1] = nn.BatchNorm1d(4096), nn.ReLU()
    if isinstance(net, torchvision.models.VGG) and (height // 32, width // 32) != (7, 7):
        net.avgpool = nn.Identity()
        net.classifier[0] = nn.Linear(512 * (height // 32) * (width // 32), 4096)
    return net


def resized(layer, weight):
    """A layer of the class and settings of `layer` and the sizes of `weight`."""
    if isinstance(layer, nn.Linear):
        return nn.Linear(weight.shape[1], weight.shape[0], layer.bias is not None)
    if isinstance(layer, nn.BatchNorm2d | nn.BatchNorm1d):
        return type(layer)(weight.shape[0], layer.eps, layer.momentum)
    groups = weight.shape[0] if layer.groups > 1 else 1
    settings = dict(stride=layer.stride, padding=layer.padding, groups=groups, bias=layer.bias is not None)
    return nn.Conv2d(weight.shape[1] * groups, weight.shape[0], layer.kernel_size, **settings)


def load_smaller(net, state):
    """Gives every layer the sizes that its tensors have in the state dict, and loads it: no tensor missing, none left over."""
    for path, layer in list(net.named_modules()):
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.BatchNorm2d | nn.BatchNorm1d):
            parent, _, name = path.rpartition(".")
            setattr(net.get_submodule(parent), name, resized(layer, state[f"{path}.weight"]))
    net.load_state_dict(state, strict=True)
    return net


def deterministic(net):
    for layer in net.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    return net
