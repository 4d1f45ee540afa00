"""
What follows pruning: batch-normalisation recalibration, an epoch of fine-tuning, and the accuracy.

Recalibration replaces the moving mean and variance by their averages over the given images. Fine-tuning is SGD with
momentum 0.9, weight decay 1e-4, batches of 128 and a learning rate that falls from 0.01 to 0 along a cosine.
"""

import copy

import torch
import torch.nn.functional as F
from cifar10 import augmented, normalised
from torch import nn


@torch.no_grad()
def accuracy(network, images, labels):
    """Percent of normalised images [images, 3, 32, 32] that are classified correctly."""
    network.eval()
    right = sum((network(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return 100 * right / len(labels)


@torch.no_grad()
def recalibrated(network, images):
    """A copy whose batch-normalisation statistics are those of the images."""
    network = copy.deepcopy(network)
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a cumulative average
    network.train()
    for x in images.split(128):
        network(x)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    return network.eval()


def fine_tuned(network, pixels, labels, seed):
    """A copy after one epoch over all training images, bytes [images, 3, 32, 32]."""
    network = copy.deepcopy(network).train()
    generator = torch.Generator().manual_seed(seed)
    batches = torch.randperm(len(pixels), generator=generator).split(128)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, len(batches))
    for batch in batches:
        optimizer.zero_grad()
        x = normalised(augmented(pixels[batch], generator))
        F.cross_entropy(network(x), labels[batch]).backward()
        optimizer.step()
        schedule.step()
    return network.eval()
