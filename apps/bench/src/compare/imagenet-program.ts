/** The command line of `bench:imagenet`. */
import type { Flag } from "@secateur/command-line";
import { preprocessingMeanings, preprocessingNames } from "@secateur/datasets";
import { type BenchProgram, named, outputFlags } from "../cli/program.ts";
import { inputFlags } from "../inputs/input-settings.ts";
import { torchvisionWeights } from "../inputs/weights.ts";
import type { CompareConfig } from "./config.ts";
import { completeConfig, defaults, iterativeDefaults, needed, schema } from "./imagenet-config.ts";
import { pruningFlags } from "./pruning-flags.ts";

const { model, criteria, criterion, engine } = inputFlags("imagenet");
const criteriaHelp = `${criteria.help} The word "all" stands for every one that applies to the network.`;
const { seeds, ...pruning } = pruningFlags(iterativeDefaults);

/** Networks are not trained from scratch, and there is no quick run. */
type Key = Exclude<keyof CompareConfig, "epochs" | "workers" | "quick">;

const flags: Readonly<Record<Key, Flag>> = {
  data: {
    kind: "path",
    group: "Images",
    value: "DIR",
    help: "Required: the directory of ImageNet, with train/<wnid>/*.JPEG and val/<wnid>/*.JPEG (all classes or some), the official archives, or WebDataset, TFRecord or Parquet shards; flat validation images need the devkit or LOC_val_solution.csv beside them. train-shards.txt and val-shards.txt may list shards by path or URL. Accuracies are those on val. A directory without train and val, with images named <wnid>_….JPEG or one folder per class: every second image is scored and calibrates the repair, the others test, and nothing is fine-tuned.",
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
    help: "The names of the folders of classes in the order of the network's outputs, one a line; or Teachable Machine's metadata.json. Default: ImageNet's wnids for 1000 classes, the sorted names of the folders for others.",
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
    help: `Required without --network: trained weights (PyTorch or safetensors), such as torchvision's ${torchvisionWeights(defaults.model)}`,
  },
  network: {
    kind: "path",
    group: "A network of your own",
    value: "FILE",
    help: "In place of --model and --weights: the model.json of a TensorFlow.js LayersModel, or a Keras file (.h5, .keras), that classifies square RGB images and ends in a softmax.",
  },
  preprocess: {
    kind: "text",
    group: "A network of your own",
    value: "NAME",
    help: `What the network was trained with: ${preprocessingNames.map((name) => `${name} (${preprocessingMeanings[name]})`).join("; ")}. Default: the one with the lowest loss.`,
  },
  criteria: { ...criteria, help: criteriaHelp },
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
  purpose:
    "Prune a trained ImageNet network, or a classifier of your own, by several criteria, and compare the results.",
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
    [
      "A network of your own, by all criteria, on a folder of images named after their wnids:",
      "--network mobilenet/model.json --data imagenet-samples --criteria all --budget macs --ratios 0.1,0.3,0.5",
    ],
    [
      "A network of Teachable Machine, on one folder of images per class:",
      "--network my-model/model.json --classes my-model/metadata.json --data my-images",
    ],
    ["Continue an interrupted run:", "--out runs/first --resume"],
    ["A row of the paper's table; it has a --help of its own:", `--experiment resnet50-81 ${inputs}`],
    ["All rows, and the memory and the hours that they need:", "--list"],
    ["Parameters, multiply-adds, units and gates of all networks:", "--architecture-only"],
    ["Try this machine in five minutes:", "--smoke"],
  ],
};
