"""
Prunes a CIFAR-10 ResNet with Torch-Pruning 1.6.1 in one shot and measures its accuracy on the 10,000 test images: as
pruned, with batch-normalisation recalibration, and after an epoch of fine-tuning (--epoch). README.md says how to run it and
which choices were made. What the results file already has is not measured again.
"""

import argparse
import itertools
import pathlib
import time

import torch
from cifar10 import normalised, test_images, training_images
from prune import IMPORTANCES, gradients_for, prune_macs
from recovery import accuracy, fine_tuned, recalibrated
from resnet import BLOCKS_PER_STAGE, counted_layers, load, macs
from results_file import ResultsFile
from zero_padded_shortcut import SHORTCUTS

SCORING_IMAGES = 1280


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True, help="akamaster's checkpoint, resnet20-12fca82f.th for instance")
    parser.add_argument("--architecture", required=True, choices=sorted(BLOCKS_PER_STAGE))
    parser.add_argument("--cifar10", required=True, help="folder with data_batch_1.bin ... test_batch.bin")
    parser.add_argument("--out", required=True, type=pathlib.Path, help="JSON file of results")
    parser.add_argument("--shortcut", default="convolution", choices=sorted(SHORTCUTS), help="zero_padded_shortcut.py")
    parser.add_argument("--importances", nargs="+", default=sorted(IMPORTANCES), choices=sorted(IMPORTANCES))
    parser.add_argument("--reductions", nargs="+", type=float, default=[0.3, 0.5], help="shares of the MACs to remove")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], help="each draws its own scoring images")
    parser.add_argument("--epoch", action="store_true", help="fine-tune for an epoch too")
    return parser.parse_args()


def scoring_indices(count, seed):
    """The first of a permutation of the training set."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))[:SCORING_IMAGES]


def timed(function, *inputs):
    start = time.perf_counter()
    result = function(*inputs)
    return result, round(time.perf_counter() - start, 1)


def measurements(network, training, test, importance, reduction, seed, known, epoch):
    """Yields what `known` lacks, as soon as it is measured."""
    pixels, labels = training
    chosen = scoring_indices(len(pixels), seed)
    images = normalised(pixels[chosen])
    gradients, seconds = timed(gradients_for, importance, network, images, labels[chosen])
    smaller, removed = prune_macs(network, importance, gradients, reduction)
    if "recalibrated" not in known:
        widths = {name: len(layer.weight) for name, layer in counted_layers(smaller).items()}
        yield {"macs": macs(smaller), "removedMacs": removed, "widths": widths, "scoringSeconds": seconds}
        yield {"plain": accuracy(smaller, *test)}
        yield {"recalibrated": accuracy(recalibrated(smaller, images), *test)}
    if epoch and "fineTuned" not in known:
        trained, seconds = timed(fine_tuned, smaller, pixels, labels, seed)
        yield {"fineTuned": accuracy(trained, *test), "epochSeconds": seconds}


def main():
    options = arguments()
    results = ResultsFile(options.out)
    network = load(options.architecture, options.shortcut, options.weights)
    training = training_images(options.cifar10)
    test_pixels, test_labels = test_images(options.cifar10)
    test = normalised(test_pixels), test_labels
    if not results.read("unpruned", options.architecture):
        unpruned = {"accuracy": accuracy(network, *test), "macs": macs(network)}
        results.add("unpruned", options.architecture, unpruned)
        print(options.architecture, unpruned, flush=True)
    last = "fineTuned" if options.epoch else "recalibrated"
    for seed, importance, reduction in itertools.product(options.seeds, options.importances, options.reductions):
        name = f"{options.architecture} {options.shortcut} {importance} -{100 * reduction:g} % seed {seed}"
        known = results.read("runs", name)
        if last in known:
            continue
        results.add("scoringImages", str(seed), scoring_indices(len(training[0]), seed).tolist())
        print(name, flush=True)
        for result in measurements(network, training, test, importance, reduction, seed, known, options.epoch):
            results.add("runs", name, result)
            print({key: value for key, value in result.items() if key != "widths"}, flush=True)


if __name__ == "__main__":
    main()
