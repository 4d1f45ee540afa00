"""
CIFAR-10 from its official binary files: a label byte and 3,072 bytes [3, 32, 32] an image.

Pixels are normalised by ImageNet's mean and standard deviation, as akamaster's networks expect. Augmentation is the usual
one: four black pixels on every side, a random crop of 32 pixels, a random horizontal flip.
"""

import pathlib

import torch
import torch.nn.functional as F

MEAN = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)
RECORD = 1 + 3 * 32 * 32


def read(folder, names):
    """Images [images, 3, 32, 32] as bytes, and labels [images]."""
    contents = b"".join((pathlib.Path(folder) / name).read_bytes() for name in names)
    records = torch.frombuffer(bytearray(contents), dtype=torch.uint8).reshape(-1, RECORD)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0].long()


def training_images(folder):
    return read(folder, [f"data_batch_{i}.bin" for i in range(1, 6)])


def test_images(folder):
    return read(folder, ["test_batch.bin"])


def normalised(pixels):
    return (pixels.float() / 255 - MEAN) / STD


def augmented(pixels, generator):
    """Crops and flips [images, 3, 32, 32] bytes, each image by itself."""
    count = len(pixels)
    padded = F.pad(pixels, (4, 4, 4, 4))
    window = torch.arange(32)
    rows = torch.randint(9, (count, 1), generator=generator) + window
    columns = torch.randint(9, (count, 1), generator=generator) + window
    flipped = torch.rand(count, 1, generator=generator) < 0.5
    columns = torch.where(flipped, columns.flip(1), columns)
    image = torch.arange(count).reshape(-1, 1, 1, 1)
    channel = torch.arange(3).reshape(1, -1, 1, 1)
    return padded[image, channel, rows[:, None, :, None], columns[:, None, None, :]]
