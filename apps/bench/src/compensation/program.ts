/** The command line of `bench:compensation`. */
import type { Flag } from "@secateur/command-line";
import { type BenchProgram, named, outputFlags } from "../cli/program.ts";
import { inputFlags } from "../inputs/input-settings.ts";
import { normalizationChoices } from "../inputs/normalization.ts";
import { type CompensationConfig, completeConfig, defaults, quickDefaults, schema } from "./config.ts";
import { methodNames, residual, swap, trials } from "./methods.ts";

const { model, criteria, criterion, engine, data } = inputFlags("cifar10");
const group = "Measurement";

const flags: Readonly<Record<keyof CompensationConfig, Flag>> = {
  model,
  weights: {
    kind: "path",
    group: "Network",
    value: "FILE",
    help: "Trained weights (safetensors or PyTorch).",
  },
  normalization: {
    kind: "text",
    group: "Network",
    value: "NAME",
    help: `How the network's training normalised images: ${normalizationChoices.join(", ")}; auto takes the lower loss on the images.`,
  },
  criteria,
  criterion,
  macs: {
    kind: "numbers",
    group,
    value: "R,S,…",
    help: "Shares of the multiply-adds to remove, between 0 and 1, separated by commas.",
  },
  methods: {
    kind: "texts",
    group,
    value: "A,B,…",
    help: `What is done around the removal: none, ${methodNames.join(", ")}, ${swap}, ${trials}, ${residual}; several in turn are joined by +.`,
  },
  images: {
    kind: "number",
    group,
    value: "N",
    help: "Training images that units are scored on and layers are refitted on.",
  },
  samples: {
    kind: "numbers",
    group,
    value: "N,M,…",
    help: "Also refit the first criterion's choice by least squares on other numbers of images; a comma alone for none.",
  },
  shifted: {
    kind: "switch",
    group,
    help: "Also refit the first criterion's choice on images of half of the classes, as a warning example.",
  },
  unlabelled: {
    kind: "switch",
    group,
    help: "Also score on the network's own predictions instead of labels.",
  },
  cost: {
    kind: "texts",
    group,
    value: "A,B,…",
    help: "Networks whose refit is compared with a training step in time and memory, each in a process of its own; a comma alone for none.",
  },
  seeds: {
    kind: "numbers",
    group: "Run",
    value: "A,B,…",
    help: "Repeat with these seeds, which draw other images, and report mean ± standard deviation.",
  },
  testImages: {
    kind: "number",
    group: "Run",
    value: "N",
    help: "For slow engines: use only N of the 10,000 test images.",
  },
  engine,
  data,
  quick: { kind: "switch", group: "Run", help: "A first result in a few minutes.", implies: quickDefaults },
};

export const compensation: BenchProgram<CompensationConfig> = {
  ...named("compensation"),
  purpose:
    "Prune a trained CIFAR-10 network in one shot, refit the weights that remain without training, and measure its accuracy. Units are chosen by their score divided by the multiply-adds that they save.",
  flags: { ...flags, ...outputFlags("summary.json, results.md and curve.svg") },
  defaults: {
    ...defaults,
    weights: "those of this repository",
    testImages: "all",
    cost: "that of --model",
  },
  complete: completeConfig,
  schema,
  examples: [
    ["A first result on this repository's ResNet-20:", "--quick"],
    [
      "One criterion and two methods, with recalibration after the second:",
      "--criteria obd --methods none,least-squares,least-squares+batch-norm",
    ],
    ["Without labels, and on images of half of the classes:", "--criteria obd --unlabelled --shifted"],
  ],
};
