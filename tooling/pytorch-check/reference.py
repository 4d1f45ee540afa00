"""
python reference.py FOLDER NETWORK SIZE BATCH SEED GRADIENTS

Writes weights.pth, a state dict of a torchvision network with random weights and moving averages as after a pass; and
reference.pth, what PyTorch computes in double precision: images [batch, height, width, 3], logits in evaluation mode and, if
GRADIENTS is 1, gradients of the mean cross-entropy of the classes 0, 1, 2, … in training mode without dropout. "single."
gradients are PyTorch's own in float32.

A value near zero before a ReLU may change sign in float32, and that alone moves gradients by a per cent. So batch
normalisation scales by at most a fifth and shifts by 1.5, and so do hidden dense layers: ReLUs pass a channel as a whole, or,
of one in twenty where no addition follows, block it.
"""

import pathlib
import re
import sys

import torch
import torch.nn.functional as F
from networks import build, deterministic

folder = pathlib.Path(sys.argv[1])
name, (size, batch, seed, with_gradients) = sys.argv[2], map(int, sys.argv[3:])

torch.manual_seed(seed)
net = deterministic(build(name, size, size))
for path, layer in net.named_modules():
    is_hidden = re.search(r"classifier\.[03]$", path)  # VGG's
    if hasattr(layer, "running_mean") or is_hidden:
        torch.nn.init.uniform_(layer.weight, *((-1e-3, 1e-3) if is_hidden else (0.1, 0.2)))
        added = re.search(r"(\.bn[23]|downsample\.1)$", path)
        blocked = torch.rand(layer.bias.shape) < (0 if added else 0.05)
        layer.bias.data = torch.where(blocked, -1.5, 1.5)
        layer.momentum = None  # the moving averages become the statistics of the passes
images = torch.randn(batch, 3, size, size)
with torch.no_grad():
    net.train()(images)
    for layer in net.modules():
        if hasattr(layer, "running_mean"):
            layer.running_var += layer.running_var.mean() / 10  # a variance near zero magnifies rounding errors
torch.save(net.state_dict(), folder / "weights.pth")


def gradients():
    net.zero_grad()
    F.cross_entropy(net(images.to(next(net.parameters()).dtype)), torch.arange(batch)).backward()
    return {key: parameter.grad.clone() for key, parameter in net.named_parameters()}


reference = {"images": images.permute(0, 2, 3, 1).contiguous()}
for layer in net.modules():
    if hasattr(layer, "running_mean"):
        layer.momentum = 0.0
if with_gradients:
    reference |= {f"single.{key}": gradient for key, gradient in gradients().items()}
net.double()
if with_gradients:
    reference |= {f"gradient.{key}": gradient for key, gradient in gradients().items()}
with torch.no_grad():
    reference["logits"] = net.eval()(images.double())
torch.save(reference, folder / "reference.pth")
