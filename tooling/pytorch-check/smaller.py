"""
python smaller.py FOLDER NETWORK SIZE

Loads smaller.safetensors, a pruned network of `saveWeights(model, { naming: "pytorch" })`, into torchvision's network with
layers of the smaller sizes, and writes smaller.pth: its logits, in double precision, of the images in reference.pth.
"""

import pathlib
import sys

import torch
from networks import build, load_smaller
from safetensors.torch import load_file

folder, name, size = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
images = torch.load(folder / "reference.pth")["images"].permute(0, 3, 1, 2).double()
net = load_smaller(build(name, size, size), load_file(folder / "smaller.safetensors"))
with torch.no_grad():
    logits = net.double().eval()(images)
torch.save({"logits": logits, "parameters": torch.tensor(sum(p.numel() for p in net.parameters()))}, folder / "smaller.pth")
