"""
Writes apps/bench/test/golden/scores.json: what PyTorch's autograd (torch 2.13.0, double precision) makes of a CIFAR
ResNet-20 defined here, independently of the TypeScript one. Run it where PyTorch is: python tooling/pytorch-check/make-scores.py

In training mode, for every batch normalisation and channel: γ·∂γ + β·∂β (the gate, Molchanov et al. 2019); for every
convolution and filter Σ (w·∂w)² (eq. 8); the loss. In evaluation mode the same, the gate for each image apart, and γ·∂γ.
For the units inside two blocks also, in evaluation mode: the exact second derivative along the gate (autograd twice), the
loss's change when the gate is closed (the oracle), log Σ p exp(-d) with the two strongest wrong classes from the slopes d
of the margins; and in both modes Σ w·(H W) over the weights that consume the unit (exact Hessian-vector product).

Images and weights are those of formula.py; classes count 0 to 3.
"""

import torch
import torch.nn.functional as F
from formula import best_phase, fill, images, rounded, write_golden
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.extra = stride, (outputs - inputs) // 2

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        shortcut = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.extra, self.extra))
        return F.relu(y + shortcut)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        widths = [(16, 16, 1), (16, 32, 2), (32, 64, 2)]
        stages = [nn.Sequential(Block(a, b, s), Block(b, b, 1), Block(b, b, 1)) for a, b, s in widths]
        self.layer1, self.layer2, self.layer3 = stages
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


net = ResNet20().double()
fill(net)
classes = torch.arange(4)
inner = {"layer2.0.conv1": net.layer2[0], "layer3.1.conv1": net.layer3[1]}


def norms():
    return [(name, m) for name, m in net.named_modules() if isinstance(m, nn.BatchNorm2d)]


def first_order(phase):
    net.zero_grad()
    loss = F.cross_entropy(net(images(phase)), classes)
    loss.backward()
    gates = {name: (m.weight * m.weight.grad + m.bias * m.bias.grad).tolist() for name, m in norms()}
    scales = {name: (m.weight * m.weight.grad).tolist() for name, m in norms()}
    convolutions = [(name, m) for name, m in net.named_modules() if isinstance(m, nn.Conv2d)]
    weights = {name: ((m.weight * m.weight.grad) ** 2).sum((1, 2, 3)).tolist() for name, m in convolutions}
    return loss.item(), rounded(gates), rounded(weights), rounded(scales)


def hessian_rows(phase):
    """For the units inside the blocks: Σ w·(H W) over what conv2 has of each."""
    parameters = list(net.parameters())
    gradients = torch.autograd.grad(F.cross_entropy(net(images(phase)), classes), parameters, create_graph=True)
    along = sum((gradient * parameter.detach()).sum() for gradient, parameter in zip(gradients, parameters))
    products = dict(zip([id(p) for p in parameters], torch.autograd.grad(along, parameters)))
    rows = {}
    for name, block in inner.items():
        weight = block.conv2.weight
        rows[name] = (weight * products[id(weight)]).sum((0, 2, 3)).tolist()
    return rounded(rows)


def with_gate(block, gate, phase):
    """The logits with the units inside a block multiplied by `gate` [images, units]."""
    hook = block.conv2.register_forward_pre_hook(lambda _, inputs: (inputs[0] * gate[:, :, None, None],))
    logits = net(images(phase))
    hook.remove()
    return logits


def along_gates(block, phase):
    units = block.conv1.out_channels
    one = torch.ones(4, units, dtype=torch.float64)
    with torch.no_grad():
        before = F.cross_entropy(with_gate(block, one, phase), classes)
        removed = []
        for unit in range(units):
            gate = one.clone()
            gate[:, unit] = 0
            removed.append((F.cross_entropy(with_gate(block, gate, phase), classes) - before).item())
    shared = torch.ones(1, units, dtype=torch.float64, requires_grad=True)
    loss = F.cross_entropy(with_gate(block, shared, phase), classes)
    (slope,) = torch.autograd.grad(loss, shared, create_graph=True)
    curvature = [torch.autograd.grad(slope[0, u], shared, retain_graph=True)[0][0, u].item() for u in range(units)]
    gate = one.clone().requires_grad_()
    logits = with_gate(block, gate, phase)
    slopes = torch.stack([torch.autograd.grad(logits[:, c].sum(), gate, retain_graph=True)[0] for c in range(10)], 2)
    margin = 0
    for n in range(4):
        p = logits[n].softmax(0)
        rivals = [c for c in p.argsort(descending=True).tolist() if c != n][:2]
        d = slopes[n] - slopes[n, :, n : n + 1]  # [units, classes]
        kept = 1 - sum(p[c] for c in rivals)
        margin = margin + torch.log(kept + sum(p[c] * torch.exp(-d[:, c]) for c in rivals)) / 4
    return removed, curvature, margin.tolist()


net.train()
phase = best_phase(net)
loss, gates, weights, _ = first_order(phase)
golden = {"phase": phase, "loss": loss, "gates": gates, "weights": weights, "hessianRows": hessian_rows(phase)}

fill(net)  # training mode has moved the averages
net.eval()
phase = best_phase(net)
loss, gates, weights, scales = first_order(phase)
golden["eval"] = {"phase": phase, "loss": loss, "gates": gates, "weights": weights, "scales": scales}
golden["eval"]["hessianRows"] = hessian_rows(phase)
alone = []
for n in range(4):
    net.zero_grad()
    F.cross_entropy(net(images(phase))[n : n + 1], classes[n : n + 1]).backward()
    alone.append({name: (m.weight * m.weight.grad + m.bias * m.bias.grad).tolist() for name, m in norms()})
golden["eval"]["gatesPerImage"] = [rounded(each) for each in alone]
for name, block in inner.items():
    removed, curvature, margin = along_gates(block, phase)
    golden["eval"].setdefault("oracle", {}).update(rounded({name: removed}))
    golden["eval"].setdefault("curvature", {}).update(rounded({name: curvature}))
    golden["eval"].setdefault("margin", {}).update(rounded({name: margin}))

file = write_golden("scores.json", golden)
print(f"{file}: phases {golden['phase']} and {golden['eval']['phase']}")
