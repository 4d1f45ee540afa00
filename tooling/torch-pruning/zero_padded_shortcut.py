"""
The shortcut of option A, which skips every other pixel and pads the channels with zeros, as a 0/1 1×1 convolution.

Torch-Pruning 1.6.1 has no index mapping for a zero padding along the channels, so it cannot trace the padding itself. With
a convolution, the channels before and after it are pruned independently. "convolution" is a layer like any other: its
weights are part of the scores and are trained. "constant" is neither scored nor trained.
"""

import torch
import torch.nn.functional as F
import torch_pruning as tp
from torch import nn


def padding_kernel(inputs, outputs):
    """[outputs, inputs, 1, 1]: the identity with as many zero channels before as after it."""
    kernel = torch.zeros(outputs, inputs, 1, 1)
    for channel in range(inputs):
        kernel[(outputs - inputs) // 2 + channel, channel] = 1
    return kernel


class ConvolutionShortcut(nn.Conv2d):
    def __init__(self, inputs, outputs, stride):
        super().__init__(inputs, outputs, 1, stride, bias=False)
        self.weight.data = padding_kernel(inputs, outputs)


class ConstantShortcut(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.stride = stride
        self.register_buffer("kernel", padding_kernel(inputs, outputs))

    def forward(self, x):
        return F.conv2d(x, self.kernel, stride=self.stride)


SHORTCUTS = {"convolution": ConvolutionShortcut, "constant": ConstantShortcut}


def without(tensor, axis, indices):
    removed = set(indices)
    kept = [i for i in range(tensor.shape[axis]) if i not in removed]
    return tensor.index_select(axis, torch.tensor(kept))


class ConstantShortcutPruner(tp.BasePruningFunc):
    """What Torch-Pruning does to a ConstantShortcut when channels before or after it are removed."""

    def prune_out_channels(self, layer, idxs):
        layer.kernel = without(layer.kernel, 0, idxs)
        return layer

    def prune_in_channels(self, layer, idxs):
        layer.kernel = without(layer.kernel, 1, idxs)
        return layer

    def get_out_channels(self, layer):
        return layer.kernel.shape[0]

    def get_in_channels(self, layer):
        return layer.kernel.shape[1]
