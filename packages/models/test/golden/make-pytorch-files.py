"""Writes pytorch-files.json: the same few tensors in every format PyTorch saves (torch 2.13.0), as base64."""

import base64
import collections
import io
import json
import math
import os
import pathlib

import torch
from torch import nn


def saved(value, new=True):
    stream = io.BytesIO()
    torch.save(value, stream, _use_new_zipfile_serialization=new)
    return base64.b64encode(stream.getvalue()).decode()


def counting(*shape):
    return torch.arange(math.prod(shape), dtype=torch.float32).reshape(shape)


class CallsTheShell:
    def __reduce__(self):
        return (os.system, ("true",))


base = counting(24)
state = collections.OrderedDict(
    [
        ("conv.weight", counting(2, 3, 1, 2) / 4),
        ("turned", counting(2, 3).t()),  # strides 1, 3
        ("part", base[5:9]),  # storage offset 5
        ("columns", base.reshape(4, 6)[1:3, 2:4]),  # offset 8, strides 6, 1
        ("half", torch.tensor([1.0, -0.5, 65504, 6e-8, float("-inf")]).half()),
        ("bfloat", torch.tensor([1.0, -2.5, 2.0**100]).bfloat16()),
        ("double", torch.tensor([0.1, -1e-3], dtype=torch.float64)),
        ("long", torch.tensor(7)),
        ("int", torch.tensor([[1, -2]], dtype=torch.int32)),
        ("bytes", torch.tensor([0, 255], dtype=torch.uint8)),
        ("parameter", nn.Parameter(torch.tensor([3.0]))),
        ("empty", torch.zeros(0, 3)),
    ]
)
parallel = {
    "epoch": 3,
    "state_dict": collections.OrderedDict(
        [("module.fc.weight", counting(2, 3)), ("module.fc.bias", torch.tensor([1.0, 2.0]))]
    ),
}
files = {
    "legacy": saved(state, new=False),
    "zip": saved(state),
    "parallelLegacy": saved(parallel, new=False),
    "parallelZip": saved(parallel),
    "module": saved(nn.Sequential(nn.BatchNorm1d(2)).state_dict()),
    "shellLegacy": saved({"a": CallsTheShell()}, new=False),
    "shellZip": saved({"a": CallsTheShell()}),
    "notTensors": saved({"a": 1}),
    "list": saved([1, 2]),
}
path = pathlib.Path(__file__).with_name("pytorch-files.json")
path.write_text(json.dumps(files, indent=1) + "\n")
