/** The command line of `bench:oracle`. */
import type { Flag } from "@secateur/command-line";
import { type BenchProgram, named, outputFlags } from "../cli/program.ts";
import { inputFlags } from "../inputs/input-settings.ts";
import { completeConfig, defaults, type OracleConfig, schema } from "./config.ts";

const { model, criteria, criterion, engine, data } = inputFlags("cifar10");
const group = "Measurement";

const flags: Readonly<Record<keyof OracleConfig, Flag>> = {
  model,
  weights: {
    kind: "path",
    group: "Network",
    value: "FILE",
    help: "Trained weights (safetensors or PyTorch).",
  },
  criteria,
  criterion,
  images: { kind: "number", group, value: "N", help: "Measure on the first N training images." },
  batchSize: {
    kind: "number",
    group,
    value: "N",
    help: "Images per minibatch; first-order scores depend on it.",
  },
  mode: {
    kind: "text",
    group,
    value: "MODE",
    help: "Batch normalisation while scoring: eval (moving statistics, as for the oracle) or train (statistics of the minibatch).",
  },
  seed: { kind: "number", group, value: "N", help: "Seed of all random numbers." },
  subsetImages: {
    kind: "number",
    group,
    value: "N",
    help: "Images for the loss of every subset of the first layer's units; 0 is none.",
  },
  jointImages: {
    kind: "number",
    group,
    value: "N",
    help: "Images for the predicted and the measured loss of sets of units that are chosen jointly; 0 is none.",
  },
  engine,
  data,
};

export const oracle: BenchProgram<OracleConfig> = {
  ...named("oracle"),
  purpose:
    "Measure the loss of a trained CIFAR-10 network without each of its units, and how well every criterion predicts it.",
  flags: { ...flags, ...outputFlags("oracle.json, oracle.md and report.html") },
  defaults: {
    ...defaults,
    weights: "those of this repository",
    criteria: "all",
    subsetImages: "128 for lenet3, else 0",
  },
  complete: completeConfig,
  schema,
  examples: [
    ["All criteria on this repository's LeNet3:", ""],
    [
      "Two criteria on a ResNet-20, and one of your own:",
      "--model resnet20 --criteria l1,taylor-gate --criterion ./mine.ts",
    ],
  ],
};
