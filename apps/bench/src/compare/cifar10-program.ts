/** The command line of `bench:cifar10`: its flags, and examples of their use. */
import { type Flag, outputFlags, type Program } from "../cli/program.ts";
import { comparisonFlags } from "../inputs/input-settings.ts";
import { completeConfig, defaults, iterativeDefaults, quickDefaults, schema } from "./cifar10-config.ts";
import type { BenchConfig } from "./config.ts";
import { experimentFlags } from "./pruning-flags.ts";

const { model, criteria, criterion, engine, data } = comparisonFlags("cifar10");
const { seeds, ...pruning } = experimentFlags(iterativeDefaults);

const settings: Readonly<Record<Exclude<keyof BenchConfig, "classes">, Flag>> = {
  model,
  weights: {
    kind: "path",
    group: "Network",
    value: "FILE",
    help: "Trained weights (safetensors or PyTorch); the network is then not trained first. Some come with the repository.",
  },
  epochs: {
    kind: "number",
    group: "Network",
    value: "N",
    help: "Epochs of training before pruning (0 with weights).",
  },
  criteria,
  criterion,
  ...pruning,
  seeds,
  engine,
  workers: {
    kind: "number",
    group: "Run",
    value: "N",
    help: "On wasm: N threads train one network together, instead of as many networks side by side as there are cores.",
  },
  data,
  subset: {
    kind: "number",
    group: "Run",
    value: "N",
    help: "For slow engines: use only N of the 50,000 training images, and N/5 of the 10,000 test images.",
  },
  quick: { kind: "switch", group: "Run", help: "A first look in a few minutes.", implies: quickDefaults },
};

export const cifar10: Program<BenchConfig> = {
  name: "cifar10",
  purpose: "Train a network on CIFAR-10, prune it with several criteria side by side, and compare them.",
  flags: { ...settings, ...outputFlags("summary.json, report.html and checkpoints") },
  defaults,
  complete: completeConfig,
  schema,
  examples: [
    ["Train LeNet3 and compare the five default criteria (about ten minutes on two cores):", ""],
    ["A first look:", "--quick"],
    [
      "Prune a trained ResNet-20 to half and less of its multiply-adds, on part of the data:",
      "--model resnet20 --weights resnet20.th --budget macs --ratios 0.5,0.7 --subset 5000",
    ],
    [
      "The paper's loop: prune while training, and see accuracy and loss over what is gone:",
      "--model resnet20 --iterative --criteria random,taylor-gate",
    ],
    [
      "Your own criterion beside random and Taylor:",
      "--criteria random,taylor-gate --criterion ./my-criterion.ts",
    ],
    ["Keep the files in a folder of yours, and go on after an interruption:", "--out runs/first --resume"],
  ],
};
