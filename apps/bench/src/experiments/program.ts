/** The command line of `bench:imagenet --experiment`. */
import type { Flag } from "@secateur/command-line";
import { type BenchProgram, named, outputFlags } from "../cli/program.ts";
import { imagenet } from "../compare/imagenet-program.ts";
import { inputFlags } from "../inputs/input-settings.ts";
import { completeConfig, type ExperimentConfig, needed, schema } from "./config.ts";
import { experimentNames } from "./experiment.ts";

const group = "Deviations from the paper";

/** `model` follows from the experiment. */
const flags: Readonly<Record<Exclude<keyof ExperimentConfig, "model">, Flag>> = {
  experiment: {
    kind: "text",
    group: "Experiment",
    value: "NAME",
    help: `Required: a row of the paper's table: ${experimentNames().join(", ")}.`,
  },
  weights: {
    kind: "path",
    group: "Experiment",
    value: "FILE",
    help: "Required: trained weights (PyTorch or safetensors): torchvision's, as --list names them.",
  },
  data: imagenet.flags["data"] as Flag,
  subset: imagenet.flags["subset"] as Flag,
  classes: imagenet.flags["classes"] as Flag,
  decode: imagenet.flags["decode"] as Flag,
  batch: {
    kind: "number",
    group,
    value: "B",
    help: "Images per step of the optimiser. [default: the experiment's, 256]",
  },
  accumulate: {
    kind: "number",
    group,
    value: "K",
    help: "Compute the images of a step in K parts, so that memory holds the activations of B/K images. Scores and update are those of all B images; batch normalisation normalises each part by its own statistics.",
  },
  frequency: {
    kind: "number",
    group,
    value: "N",
    help: "Minibatches between two removals. [default: the experiment's, 30]",
  },
  imageSize: {
    kind: "number",
    group,
    value: "S",
    help: "Height and width of the images. [default: 224]",
  },
  epochs: {
    kind: "number",
    group,
    value: "N",
    help: "Epochs of training in total; pruning ends inside the first, the rest is fine-tuning. 0 is no fine-tuning. [default: the experiment's, 25]",
  },
  repair: {
    kind: "switch",
    group,
    help: "Refit the remaining weights after pruning, without labels or training; fine-tuning starts from there.",
  },
  seed: {
    kind: "number",
    group: "Run",
    value: "N",
    help: "Decides the order of the images and their crops.",
  },
  engine: inputFlags("imagenet").engine,
};

export const experiments: BenchProgram<ExperimentConfig> = {
  ...named("imagenet"),
  purpose:
    "Run a row of the paper's ImageNet table: prune during training, fine-tune, and print the result beside the paper's.",
  flags: { ...flags, ...outputFlags("summary.json, checkpoints and the pruned network") },
  defaults: { decode: "exact", accumulate: 1, seed: 0, engine: "auto" },
  complete: completeConfig,
  needed,
  schema,
  examples: [
    [
      "The paper's ResNet-50 with 81 % of the gates, in parts of 32 images:",
      "--experiment resnet50-81 --data /data/imagenet --weights resnet50-0676ba61.pth --accumulate 8",
    ],
    [
      "The same schedule in short, on small images and without fine-tuning:",
      "--experiment resnet50-81 --data /data/imagenet --weights resnet50-0676ba61.pth --batch 16 --image-size 96 --frequency 5 --epochs 0",
    ],
    ["Continue an interrupted run:", "--out runs/resnet50-81 --resume"],
  ],
};

/** The program for a run that continues: its experiment need not be named again. */
export function resuming(experiment: string | null): BenchProgram<ExperimentConfig> {
  if (experiment === null) return experiments;
  return { ...experiments, complete: (given) => completeConfig({ experiment, ...given }) };
}
