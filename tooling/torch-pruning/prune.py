"""
One-shot global pruning with Torch-Pruning: its dependency graph, its importances, its ranking.

Its knob is a share of channels; `prune_macs` searches the number of channels that removes a share of the multiply-adds. The
gradients that an importance reads come from `gradients_for`, over the scoring images in evaluation mode.
"""

import copy

import torch
import torch.nn.functional as F
import torch_pruning as tp
from resnet import IMAGE, macs
from zero_padded_shortcut import ConstantShortcut, ConstantShortcutPruner

IMPORTANCES = {
    "taylor": tp.importance.GroupTaylorImportance,
    "hessian": tp.importance.GroupHessianImportance,
    "magnitude": tp.importance.GroupMagnitudeImportance,
}


def gradients_for(importance, network, images, labels):
    """What the importance reads from every parameter's `grad`, by name."""
    if importance == "taylor":
        return mean_gradients(network, images, labels)
    if importance == "hessian":
        return mean_squared_gradients(network, images, labels)
    return {}


def mean_gradients(network, images, labels):
    network.zero_grad()
    for x, y in zip(images.split(128), labels.split(128)):
        (F.cross_entropy(network(x), y, reduction="sum") / len(images)).backward()
    return {name: parameter.grad.clone() for name, parameter in network.named_parameters()}


def mean_squared_gradients(network, images, labels):
    """
    The mean over images of each image's squared gradient. GroupHessianImportance.accumulate_grad should sum these, but in
    1.6.1 it looks up a parameter's name in a dictionary whose keys are the parameters, so only the last image's remains.
    """
    sums = {name: torch.zeros_like(parameter) for name, parameter in network.named_parameters()}
    for x, y in zip(images.split(1), labels.split(1)):
        network.zero_grad()
        F.cross_entropy(network(x), y).backward()
        for name, parameter in network.named_parameters():
            sums[name] += parameter.grad.square()
    return {name: total / len(images) for name, total in sums.items()}


def prune_channels(network, importance, gradients, count):
    """A copy of the network without the `count` least important channels of all groups."""
    smaller = copy.deepcopy(network)
    for name, parameter in smaller.named_parameters():
        parameter.grad = gradients[name].clone() if name in gradients else None
    pruner = tp.pruner.BasePruner(
        smaller,
        IMAGE,
        importance=IMPORTANCES[importance](),
        global_pruning=True,
        pruning_ratio=(count - 0.5) / channel_count(network),  # Torch-Pruning rounds the kept channels down
        ignored_layers=[smaller.linear],
        customized_pruners={ConstantShortcut: ConstantShortcutPruner()},
    )
    pruner.step()
    smaller.zero_grad()
    return smaller


def channel_count(network):
    """Channels that Torch-Pruning ranks: one a stage's channel, one a channel inside a block."""
    stages = [network.layer1, network.layer2, network.layer3]
    inside = sum(block.conv1.out_channels for stage in stages for block in stage)
    return inside + sum(stage[0].conv2.out_channels for stage in stages)


def prune_macs(network, importance, gradients, share):
    """
    The pruned network whose removed share of multiply-adds is nearest to `share`, and that share: of the two numbers of
    channels next to the target on either side.
    """
    full = macs(network)

    def removed(count):
        smaller = prune_channels(network, importance, gradients, count)
        return smaller, 1 - macs(smaller) / full

    below, above = 1, channel_count(network) - 1
    while above - below > 1:
        middle = (below + above) // 2
        if removed(middle)[1] < share:
            below = middle
        else:
            above = middle
    return min((removed(count) for count in (below, above)), key=lambda result: abs(result[1] - share))
