"""The program of a contender in PyTorch. Same protocol as node-contender.ts; the networks are equal layer by layer."""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

TASK = json.loads(sys.argv[1])


def conv_bn(inputs, outputs, kernel, stride=1, groups=1):
    """A convolution without bias and with same padding, followed by batch normalisation."""
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    """relu(body(x) + shortcut(x)); the relu is optional."""

    def __init__(self, body, shortcut=None, relu=True):
        super().__init__()
        self.body, self.shortcut, self.relu = body, shortcut, relu

    def forward(self, x):
        y = self.body(x) + (x if self.shortcut is None else self.shortcut(x))
        return F.relu(y) if self.relu else y


class ZeroPadded(nn.Module):
    """Every other pixel, padded with zero channels on both sides (shortcut A)."""

    def __init__(self, channels):
        super().__init__()
        self.channels = channels

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.channels, self.channels))


class Pool(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def cifar_resnet(blocks):
    layers, inputs = [conv_bn(3, 16, 3), nn.ReLU()], 16
    for outputs in (16, 32, 64):
        for block in range(blocks):
            stride = 2 if block == 0 and outputs > 16 else 1
            body = nn.Sequential(conv_bn(inputs, outputs, 3, stride), nn.ReLU(), conv_bn(outputs, outputs, 3))
            shortcut = ZeroPadded((outputs - inputs) // 2) if stride == 2 else None
            layers.append(Residual(body, shortcut))
            inputs = outputs
    return nn.Sequential(*layers, Pool(), nn.Linear(64, 10)), 32, 10


def resnet50():
    layers, inputs = [conv_bn(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 64
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            stride = 2 if block == 0 and width > 64 else 1
            body = nn.Sequential(
                conv_bn(inputs, width, 1), nn.ReLU(), conv_bn(width, width, 3, stride), nn.ReLU(), conv_bn(width, 4 * width, 1)
            )
            layers.append(Residual(body, conv_bn(inputs, 4 * width, 1, stride) if block == 0 else None))
            inputs = 4 * width
    return nn.Sequential(*layers, Pool(), nn.Linear(2048, 1000)), 224, 1000


def mobilenet_v2():
    layers, inputs = [conv_bn(3, 32, 3, 2), nn.ReLU6()], 32
    settings = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    for expansion, outputs, blocks, first in settings:
        for block in range(blocks):
            stride, hidden = first if block == 0 else 1, inputs * expansion
            body = [] if expansion == 1 else [conv_bn(inputs, hidden, 1), nn.ReLU6()]
            body += [conv_bn(hidden, hidden, 3, stride, hidden), nn.ReLU6(), conv_bn(hidden, outputs, 1)]
            body = nn.Sequential(*body)
            layers.append(Residual(body, relu=False) if stride == 1 and inputs == outputs else body)
            inputs = outputs
    layers += [conv_bn(320, 1280, 1), nn.ReLU6(), Pool(), nn.Dropout(0.2), nn.Linear(1280, 1000)]
    return nn.Sequential(*layers), 224, 1000


NETWORKS = {
    "resnet20": lambda: cifar_resnet(3),
    "resnet56": lambda: cifar_resnet(9),
    "resnet50": resnet50,
    "mobilenet-v2": mobilenet_v2,
}


def network_work():
    """A training step or an evaluation."""
    model, size, _ = NETWORKS[TASK["network"]]()
    x, y = torch.randn(TASK["batch"], 3, size, size), torch.zeros(TASK["batch"], dtype=torch.long)
    if TASK.get("layout") == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.01, momentum=0.9)

    def train():
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    def evaluate():
        with torch.inference_mode():
            return F.cross_entropy(model(x), y).item()

    model.train(TASK["task"] == "train")
    return train if TASK["task"] == "train" else evaluate


def prune_work():
    """Torch-Pruning: the dependency graph, all groups, and one global step by the weights' norm to half of the channels."""
    import torch_pruning as tp
    import torchvision

    def prune():
        model = getattr(torchvision.models, TASK["network"])()
        example = torch.randn(1, 3, 224, 224)
        start = time.perf_counter()
        graph = tp.DependencyGraph().build_dependency(model, example)
        built = time.perf_counter()
        groups = sum(1 for _ in graph.get_all_groups())
        listed = time.perf_counter()
        heads = [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == 1000]
        pruner = tp.pruner.MetaPruner(
            model, example, tp.importance.MagnitudeImportance(p=1), pruning_ratio=0.5, global_pruning=True, ignored_layers=heads
        )
        prepared = time.perf_counter()
        pruner.step()
        cut = time.perf_counter()
        parts = {"graph": built - start, "groups": listed - built, "step": cut - prepared}
        return {name: 1000 * seconds for name, seconds in parts.items()} | {"count": groups}

    return prune


def resident_megabytes():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() // 2**20


def main():
    work, warm = (prune_work() if TASK["task"] == "prune" else network_work()), False
    idle = resident_megabytes() if sys.platform == "linux" else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**20
    for line in sys.stdin:
        if not warm and TASK["task"] != "prune":
            for _ in range(3):
                work()
        warm, ms, last = True, [], None
        for _ in range(json.loads(line)["repetitions"]):
            start = time.perf_counter()
            last = work()
            ms.append(1000 * (time.perf_counter() - start))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        versions = {"torch": torch.__version__, "threads": torch.get_num_threads()}
        print(json.dumps({"ms": ms, "idleMegabytes": idle, "peakMegabytes": peak, "parts": last if isinstance(last, dict) else None} | versions), flush=True)


main()
