/** The command line of `bench:imagenet`. */
import type { Flag } from "@secateur/command-line";
import { type BenchProgram, named, outputFlags } from "../cli/program.ts";
import { inputFlags } from "../inputs/input-settings.ts";
import { torchvisionWeights } from "../inputs/weights.ts";
import type { CompareConfig } from "./config.ts";
import { completeConfig, defaults, iterativeDefaults, needed, schema } from "./imagenet-config.ts";
import { pruningFlags } from "./pruning-flags.ts";

const { model, criteria, criterion, engine } = inputFlags("imagenet");
const { seeds, ...pruning } = pruningFlags(iterativeDefaults);

/** Networks are not trained from scratch, and there is no quick run. */
type Key = Exclude<keyof CompareConfig, "epochs" | "workers" | "quick">;

const flags: Readonly<Record<Key, Flag>> = {
  data: {
    kind: "path",
    group: "Images",
    value: "DIR",
    help: "Required: the directory of ImageNet, with train/<wnid>/*.JPEG and val/<wnid>/*.JPEG, the official archives, or WebDataset, TFRecord or Parquet shards; flat validation images need the devkit or LOC_val_solution.csv beside them. train-shards.txt and val-shards.txt may list shards by path or URL. Accuracies are those on val.",
  },
  subset: {
    kind: "number",
    group: "Images",
    value: "N",
    help: "For slow engines: use only N training images, and the same share of the validation images (N/26 of all ImageNet), with equal shares of all classes.",
  },
  classes: {
    kind: "path",
    group: "Images",
    value: "FILE",
    help: "For other classes than ImageNet-1k's: a text file with 1000 wnids in any order, which decide the labels.",
  },
  decode: {
    kind: "text",
    group: "Images",
    value: "NAME",
    help: "How images are decoded: exact has torchvision's pixels, fast lets the decoder scale and differs by a few of 255 levels.",
  },
  model,
  weights: {
    kind: "path",
    group: "Network",
    value: "FILE",
    help: `Required: trained weights (PyTorch or safetensors), such as torchvision's ${torchvisionWeights(defaults.model)}`,
  },
  criteria,
  criterion,
  ...pruning,
  seeds: {
    ...seeds,
    help: "Repeat the run with K seeds (0 … K-1), which decide the order of the images, and report mean ± standard deviation.",
  },
  engine,
};

const inputs = "--data /data/imagenet --weights resnet50-0676ba61.pth";

export const imagenet: BenchProgram<CompareConfig> = {
  ...named("imagenet"),
  purpose: "Prune a trained ImageNet network by several criteria, and compare the results.",
  flags: { ...flags, ...outputFlags("summary.json, report.html and checkpoints") },
  defaults,
  complete: completeConfig,
  needed,
  schema,
  examples: [
    ["A first result, on a hundredth of the images:", `${inputs} --subset 12800`],
    [
      "The paper's loop, as far as its ResNet-50 without 3200 units:",
      `${inputs} --iterative --ratios 0.28 --finetune 1`,
    ],
    [
      "A smaller network, pruned by multiply-adds:",
      "--data /data/imagenet --model mobilenet-v2 --weights mobilenet_v2-b0353104.pth --budget macs",
    ],
    [
      "Ten of the classes (Imagenette), and your own criterion beside Taylor:",
      `--data imagenette2 --weights resnet50-0676ba61.pth --criteria taylor-gate --criterion ./my-criterion.ts`,
    ],
    ["Continue an interrupted run:", "--out runs/first --resume"],
    ["A row of the paper's table; it has a --help of its own:", `--experiment resnet50-81 ${inputs}`],
    ["All rows, and the memory and the hours that they need:", "--list"],
    ["Parameters, multiply-adds, units and gates of all networks:", "--architecture-only"],
    ["Try this machine in five minutes:", "--smoke"],
  ],
};
