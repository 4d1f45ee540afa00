/** The command line of `bench:cifar10`. */
import type { Flag } from "@secateur/command-line";
import { type BenchProgram, named, outputFlags } from "../cli/program.ts";
import { inputFlags } from "../inputs/input-settings.ts";
import { completeConfig, defaults, iterativeDefaults, quickDefaults, schema } from "./cifar10-config.ts";
import type { CompareConfig } from "./config.ts";
import { pruningFlags } from "./pruning-flags.ts";

const { model, criteria, criterion, engine, data } = inputFlags("cifar10");
const { seeds, ...pruning } = pruningFlags(iterativeDefaults);

const flags: Readonly<
  Record<Exclude<keyof CompareConfig, "classes" | "decode" | "network" | "preprocess">, Flag>
> = {
  model,
  weights: {
    kind: "path",
    group: "Network",
    value: "FILE",
    help: "Trained weights (safetensors or PyTorch) instead of training; some networks come with trained weights.",
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
    help: "On wasm: N threads train one network together, instead of one network per core.",
  },
  data,
  subset: {
    kind: "number",
    group: "Run",
    value: "N",
    help: "For slow engines: use only N of the 50,000 training images, and N/5 of the 10,000 test images.",
  },
  quick: { kind: "switch", group: "Run", help: "A first result in a few minutes.", implies: quickDefaults },
};

export const cifar10: BenchProgram<CompareConfig> = {
  ...named("cifar10"),
  purpose: "Train a network on CIFAR-10, prune it by several criteria, and compare the results.",
  flags: { ...flags, ...outputFlags("summary.json, report.html and checkpoints") },
  defaults,
  complete: completeConfig,
  schema,
  examples: [
    ["Train LeNet3 and compare the five default criteria (ten to fifteen minutes on two cores):", ""],
    ["A first result:", "--quick"],
    ["Without CIFAR-10, on generated images:", "--quick --data synthetic"],
    [
      "Prune a trained ResNet-20 to half and less of its multiply-adds, on part of the data:",
      "--model resnet20 --weights resnet20.th --budget macs --ratios 0.5,0.7 --subset 5000",
    ],
    [
      "The paper's loop: prune during training, and plot accuracy and loss over the removed share:",
      "--model resnet20 --iterative --criteria random,taylor-gate",
    ],
    [
      "Your own criterion beside random and Taylor:",
      "--criteria random,taylor-gate --criterion ./my-criterion.ts",
    ],
    ["Continue an interrupted run:", "--out runs/first --resume"],
  ],
};
