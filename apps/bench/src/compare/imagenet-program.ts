/** The command line of `bench:imagenet`: its flags, and examples of their use. */
import { type Flag, outputFlags, type Program } from "../cli/program.ts";
import { comparisonFlags } from "../inputs/input-settings.ts";
import { torchvisionWeights } from "../inputs/torchvision-weights.ts";
import type { BenchConfig } from "./config.ts";
import { completeConfig, defaults, iterativeDefaults, needed, schema } from "./imagenet-config.ts";
import { experimentFlags } from "./pruning-flags.ts";

const { model, criteria, criterion, engine } = comparisonFlags("imagenet");
const { seeds, ...pruning } = experimentFlags(iterativeDefaults);

/** Nothing is trained from scratch, nor quick. */
type Key = Exclude<keyof BenchConfig, "epochs" | "workers" | "quick">;

const settings: Readonly<Record<Key, Flag>> = {
  data: {
    kind: "path",
    group: "Pictures",
    value: "DIR",
    help: "Needed: the folder of your ImageNet, with train/<wnid>/*.JPEG and val/<wnid>/*.JPEG in it. Accuracies are those on val.",
  },
  subset: {
    kind: "number",
    group: "Pictures",
    value: "N",
    help: "For slow engines: use only N of the training pictures, and as large a share of the validation pictures (of all ImageNet N/26), from all classes alike.",
  },
  classes: {
    kind: "path",
    group: "Pictures",
    value: "FILE",
    help: "Where DIR has only some of the 1000 folders: a text file with all 1000 wnids, in any order, from which labels follow. Kaggle's LOC_synset_mapping.txt will do.",
  },
  model,
  weights: {
    kind: "path",
    group: "Network",
    value: "FILE",
    help: `Needed: trained weights (PyTorch or safetensors), such as torchvision's ${torchvisionWeights(defaults.model)}`,
  },
  criteria,
  criterion,
  ...pruning,
  seeds: {
    ...seeds,
    help: "Run everything with K seeds (0 … K-1), which decide the order of the pictures, and report mean ± standard deviation.",
  },
  engine,
};

const given = "--data /data/imagenet --weights resnet50-0676ba61.pth";

export const imagenet: Program<BenchConfig> = {
  name: "imagenet",
  purpose: "Prune a trained ImageNet network with several criteria side by side, and compare them.",
  flags: { ...settings, ...outputFlags("summary.json, report.html and checkpoints") },
  defaults,
  complete: completeConfig,
  needed,
  schema,
  examples: [
    ["A first result, on a hundredth of the pictures:", `${given} --subset 12800`],
    [
      "The paper's loop, as far as its ResNet-50 that lost 3200 units:",
      `${given} --iterative --ratios 0.28 --finetune 1`,
    ],
    [
      "A smaller network, to a share of its multiply-adds:",
      "--data /data/imagenet --model mobilenet-v2 --weights mobilenet_v2-b0353104.pth --budget macs",
    ],
    [
      "Ten of the classes (Imagenette), and your own criterion beside Taylor:",
      `--data imagenette2 --classes LOC_synset_mapping.txt --weights resnet50-0676ba61.pth --criteria taylor-gate --criterion ./my-criterion.ts`,
    ],
    ["Keep the files in a folder of yours, and go on after an interruption:", "--out runs/first --resume"],
  ],
};
