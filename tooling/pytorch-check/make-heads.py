"""
Writes apps/bench/test/golden/heads.json: what PyTorch (torch 2.13.0, double precision) makes of small networks with other
heads than one softmax, defined here independently of the TypeScript ones. Run it where PyTorch is:
python tooling/pytorch-check/make-heads.py

All have two convolutions with batch normalisation in training mode. "two heads": a softmax over classes and half of the
binary cross-entropy of a sigmoid. "soft targets": the same network against distributions and fractions. "distillation": the
same, from a teacher's logits and smoothed labels. "regression": the mean squared error of two numbers. "per pixel": a softmax
over the classes of every pixel. "own targets": gate scores of the two heads on their own decisions. For each: the loss,
gradients, the square of every unit's gate gradient, read at the producers (γ·∂γ + β·∂β after batch normalisation,
w·∂w + b·∂b of a dense layer), and by how much two steps of SGD with momentum and weight decay change the weights. Images and
weights are those of formula.py.
"""

import torch
import torch.nn.functional as F
from formula import best_phase, fill, images, rounded, write_golden
from torch import nn


class Trunk(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 8, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(8)

    def features(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        return F.relu(self.bn2(self.conv2(x))).mean((2, 3))


class TwoHeads(Trunk):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 6)
        self.classes = nn.Linear(6, 4)
        self.tags = nn.Linear(8, 3)

    def forward(self, x):
        features = self.features(x)
        return self.classes(F.relu(self.hidden(features))), self.tags(features)


class Regression(Trunk):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(8, 6)
        self.numbers = nn.Linear(6, 2)

    def forward(self, x):
        return self.numbers(F.relu(self.hidden(self.features(x))))


class PerPixel(Trunk):
    def __init__(self):
        super().__init__()
        self.pixels = nn.Conv2d(8, 3, 1)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        return self.pixels(F.relu(self.bn2(self.conv2(x))))


def waves(*shape):
    """sin² of the index: numbers from 0 to 1."""
    size = torch.Size(shape).numel()
    return torch.sin(torch.arange(size, dtype=torch.float64)).square().reshape(shape)


def two_heads(outputs):
    classes, tags = outputs
    labels = (waves(4, 3) > 0.5).double()
    return F.cross_entropy(classes, torch.arange(4)) + 0.5 * F.binary_cross_entropy_with_logits(tags, labels)


def soft_targets(outputs):
    classes, tags = outputs
    distributions = waves(4, 4) / waves(4, 4).sum(1, keepdim=True)
    return F.cross_entropy(classes, distributions) + F.binary_cross_entropy_with_logits(tags, waves(4, 3))


def distillation(outputs):
    """Temperature 3, 0.7 of it the teacher's, whose logits are waves from -3 to 3; labels smoothed by 0.1."""
    classes, tags = outputs
    teacher = 6 * waves(4, 4) - 3
    soft = F.kl_div(F.log_softmax(classes / 3, 1), F.softmax(teacher / 3, 1), reduction="batchmean") * 3**2
    hard = F.cross_entropy(classes, torch.arange(4), label_smoothing=0.1)
    return 0.7 * soft + 0.3 * hard + F.binary_cross_entropy_with_logits(tags, waves(4, 3))


def squared_error(outputs):
    return F.mse_loss(outputs, waves(4, 2))


def pixels(outputs):
    """The classes of the pixels in turn."""
    return F.cross_entropy(outputs, (torch.arange(4 * 16) % 3).reshape(4, 4, 4))


def gate_scores(net):
    producers = {"conv1": net.bn1, "conv2": net.bn2}
    if hasattr(net, "hidden"):
        producers["hidden"] = net.hidden
    scores = {}
    for name, layer in producers.items():
        products = layer.weight * layer.weight.grad
        weight = products if products.dim() == 1 else products.sum(1)
        scores[name] = (weight + layer.bias * layer.bias.grad).square().tolist()
    return rounded(scores)


def flat(tensors):
    """All but the largest weight, to keep the file small."""
    return rounded({name: tensor.flatten().tolist() for name, tensor in tensors.items() if name != "conv2.weight"})


def golden_of(net, loss_of):
    net = net.double()
    fill(net)
    net.train()
    phase = best_phase(net)
    parameters = dict(net.named_parameters())
    before = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
    losses, golden = [], {"phase": phase}
    for step in range(2):
        optimizer.zero_grad()
        loss = loss_of(net(images(phase)))
        loss.backward()
        losses.append(float(f"{loss.item():.7e}"))
        if step == 0:
            golden["gradients"] = flat({name: parameter.grad for name, parameter in parameters.items()})
            golden["gates"] = gate_scores(net)
        optimizer.step()
    golden["losses"] = losses
    golden["changes"] = flat({name: parameter.detach() - before[name] for name, parameter in parameters.items()})
    return golden


def own_targets(net):
    """The most probable class and the decisions of the sigmoid in evaluation mode; gates in training mode."""
    net = net.double()
    fill(net)
    phase = best_phase(net)
    fill(net)  # the running statistics as well
    net.eval()
    classes, tags = net(images(phase))
    labels, decisions = classes.argmax(1), (tags > 0).double()
    net.train()
    classes, tags = net(images(phase))
    (F.cross_entropy(classes, labels) + F.binary_cross_entropy_with_logits(tags, decisions)).backward()
    return {"phase": phase, "labels": labels.tolist(), "gates": gate_scores(net)}


golden = {
    "two heads": golden_of(TwoHeads(), two_heads),
    "soft targets": golden_of(TwoHeads(), soft_targets),
    "distillation": golden_of(TwoHeads(), distillation),
    "regression": golden_of(Regression(), squared_error),
    "per pixel": golden_of(PerPixel(), pixels),
    "own targets": own_targets(TwoHeads()),
}
print(write_golden("heads.json", golden), {name: each["phase"] for name, each in golden.items()})
