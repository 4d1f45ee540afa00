"""
akamaster's ResNets for CIFAR-10 (He et al. 2015, arXiv 1512.03385, shortcuts of option A): 6n + 2 layers, in a form that
Torch-Pruning can trace, and their multiply-adds: those of convolutions and dense layers, not of shortcuts.
"""

import torch
import torch.nn.functional as F
from torch import nn
from zero_padded_shortcut import SHORTCUTS

BLOCKS_PER_STAGE = {"resnet20": 3, "resnet56": 9}
IMAGE = torch.zeros(1, 3, 32, 32)


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Identity() if inputs == outputs else shortcut(inputs, outputs, stride)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


def stage(inputs, outputs, stride, blocks, shortcut):
    rest = [Block(outputs, outputs, 1, shortcut) for _ in range(blocks - 1)]
    return nn.Sequential(Block(inputs, outputs, stride, shortcut), *rest)


class ResNet(nn.Module):
    def __init__(self, blocks, shortcut):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = stage(16, 16, 1, blocks, shortcut)
        self.layer2 = stage(16, 32, 2, blocks, shortcut)
        self.layer3 = stage(32, 64, 2, blocks, shortcut)
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(F.adaptive_avg_pool2d(x, 1).flatten(1))


def load(architecture, shortcut, file):
    """The network in evaluation mode, with the weights of a checkpoint of akamaster's."""
    network = ResNet(BLOCKS_PER_STAGE[architecture], SHORTCUTS[shortcut])
    weights = {key: weight for key, weight in network.state_dict().items() if "shortcut" in key}
    for key, weight in torch.load(file, map_location="cpu", weights_only=True)["state_dict"].items():
        weights[key.removeprefix("module.")] = weight
    network.load_state_dict(weights)
    return network.eval()


def counted_layers(network):
    """Convolutions and dense layers by name, without shortcuts."""
    layers = {name: layer for name, layer in network.named_modules() if isinstance(layer, (nn.Conv2d, nn.Linear))}
    return {name: layer for name, layer in layers.items() if not name.endswith("shortcut")}


@torch.no_grad()
def macs(network):
    """Multiply-adds for one image."""
    total = 0

    def count(layer, _, output):
        nonlocal total
        total += output.numel() * layer.weight[0].numel()

    hooks = [layer.register_forward_hook(count) for layer in counted_layers(network).values()]
    network(IMAGE)
    for hook in hooks:
        hook.remove()
    return total
