"""
Weights by a cheap formula, the same in PyTorch and in TypeScript (tooling/testing/src/hashed-tensors.ts): some networks have
100 million. Element i of a tensor whose key has n letters is, with s = hash(i + n), uniform in [-1, 1): s sqrt(6 / fan in) for
kernels, 1 + s / 10 for other weights, 1 + s² / 2 for variances, s / 10 for the rest.
"""

import math

import torch


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
