"""
Writes logits.json: what PyTorch (torch 2.13.0, double precision) computes for networks defined here, independently of
the TypeScript ones, with weights and input from a formula. With a folder of trained CIFAR-10 ResNets as argument, theirs
as well.

The input is sin(i), i counting [2, height, width, channels]. Element i of a tensor whose key has n letters is, with
s = sin((i + n)²): 2 s / sqrt(fan in) for kernels, 1 + s / 10 for other weights, 1 + s² / 2 for variances, s / 10 for the rest.
"""

import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import nn


class Shortcut(nn.Module):
    def __init__(self, extra):
        super().__init__()
        self.extra = extra

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.extra // 2, self.extra // 2))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, option):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 and option == "A":
            self.shortcut = Shortcut(outputs - inputs)
        elif stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self, blocks, option):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)

        def stage(inputs, outputs, stride):
            first = Block(inputs, outputs, stride, option)
            return nn.Sequential(first, *[Block(outputs, outputs, 1, option) for _ in range(blocks - 1)])

        self.layer1, self.layer2, self.layer3 = stage(16, 16, 1), stage(16, 32, 2), stage(32, 64, 2)
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.linear(x.mean((2, 3)))


class PreActivationBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn2, self.conv2 = nn.BatchNorm2d(outputs), nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        if stride != 1:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False))

    def forward(self, x):
        y = F.relu(self.bn1(x))
        shortcut = self.shortcut(y) if hasattr(self, "shortcut") else x
        return self.conv2(F.relu(self.bn2(self.conv1(y)))) + shortcut


class PreActivationResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)

        def stage(inputs, outputs, stride):
            return nn.Sequential(
                PreActivationBlock(inputs, outputs, stride), PreActivationBlock(outputs, outputs, 1)
            )

        self.layer1, self.layer2 = stage(64, 64, 1), stage(64, 128, 2)
        self.layer3, self.layer4 = stage(128, 256, 2), stage(256, 512, 2)
        self.bn, self.linear = nn.BatchNorm2d(512), nn.Linear(512, 10)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.conv1(x)))))
        return self.linear(F.relu(self.bn(x)).mean((2, 3)))


class LeNet3(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 16, 5), nn.Conv2d(16, 32, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(800, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2).flatten(1)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


class Vgg11(nn.Module):
    def __init__(self, size):
        super().__init__()
        layers, channels = [], 3
        for step in (64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0):
            if step == 0:
                layers += [nn.MaxPool2d(2)]
            else:
                layers += [nn.Conv2d(channels, step, 3, 1, 1), nn.BatchNorm2d(step), nn.ReLU()]
                channels = step
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Linear(512 * (size // 32) ** 2, 10)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


class DenseLayer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(channels), nn.Conv2d(channels, 12, 3, 1, 1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.conv1(F.relu(self.norm1(x)))], 1)


class Transition(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(channels), nn.Conv2d(channels, channels, 1, bias=False)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.norm(x))), 2)


class DenseNet(nn.Module):
    def __init__(self):
        super().__init__()
        features, channels = {"conv0": nn.Conv2d(3, 16, 3, 1, 1, bias=False)}, 16
        for block in (1, 2, 3):
            layers = {f"denselayer{i + 1}": DenseLayer(channels + 12 * i) for i in range(6)}
            features[f"denseblock{block}"] = nn.Sequential()
            for name, layer in layers.items():
                features[f"denseblock{block}"].add_module(name, layer)
            channels += 72
            if block < 3:
                features[f"transition{block}"] = Transition(channels)
        features["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential()
        for name, layer in features.items():
            self.features.add_module(name, layer)
        self.classifier = nn.Linear(channels, 10)

    def forward(self, x):
        return self.classifier(F.relu(self.features(x)).mean((2, 3)))


class Zoo(nn.Module):
    """The layer classes that no network of the table holds, and batch normalisation behind a flatten."""

    def __init__(self):
        super().__init__()
        self.depthwise = nn.Conv2d(3, 6, 3, groups=3)
        self.up = nn.ConvTranspose2d(6, 4, 2, 2)
        self.norm = nn.BatchNorm1d(4 * 8 * 4)
        self.linear = nn.Linear(4 * 8 * 4, 5)

    def forward(self, x):
        return self.linear(self.norm(self.up(self.depthwise(x)).flatten(1)))


def fill(model):
    for key, tensor in model.state_dict().items():
        if key.endswith("num_batches_tracked"):
            continue
        s = torch.sin((torch.arange(tensor.numel(), dtype=torch.float64) + len(key)) ** 2)
        if tensor.dim() > 1:
            s = 2 * s / math.sqrt(tensor[0].numel())
        elif key.endswith("weight"):
            s = 1 + s / 10
        elif key.endswith("running_var"):
            s = 1 + s * s / 2
        else:
            s = s / 10
        tensor.copy_(s.float().reshape(tensor.shape))
    return model


def logits(model, height=32, width=32):
    shape = (2, height, width, 3)
    x = torch.sin(torch.arange(math.prod(shape), dtype=torch.float64)).float().reshape(shape)
    with torch.no_grad():
        y = model.double().eval()(x.double().permute(0, 3, 1, 2))
    return [[float(f"{value:.7g}") for value in row] for row in y.tolist()]


found = {
    "formula": {
        "lenet3": logits(fill(LeNet3())),
        "resnet20": logits(fill(ResNet(3, "A"))),
        "resnet32-b": logits(fill(ResNet(5, "B"))),
        "preact-resnet18": logits(fill(PreActivationResNet18()), 9, 7),
        "densenet-cifar": logits(fill(DenseNet())),
        "vgg11-bn": logits(fill(Vgg11(64)), 64, 64),
        "zoo": logits(fill(Zoo()), 6, 4),
    }
}
path = pathlib.Path(__file__).with_name("logits.json")
found["trained"] = json.loads(path.read_text())["trained"] if path.exists() else {}
for folder in sys.argv[1:]:
    for depth in (20, 32, 56):
        [file] = pathlib.Path(folder).glob(f"resnet{depth}-*.th")
        state = torch.load(file, map_location="cpu", weights_only=True)["state_dict"]
        model = ResNet((depth - 2) // 6, "A")
        model.load_state_dict({key.removeprefix("module."): value for key, value in state.items()})
        found["trained"][f"resnet{depth}"] = logits(model)
path.write_text(json.dumps(found, indent=1) + "\n")
