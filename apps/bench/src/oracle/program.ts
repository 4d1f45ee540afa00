/** The command line of `bench:oracle`: its flags, what they may be, and examples of their use. */
import { outputFlags, type Program } from "../cli/program.ts";
import { comparisonFlags } from "../inputs/input-settings.ts";
import { completeConfig, defaults, schema } from "./config.ts";
import type { OracleConfig } from "./measurements.ts";

const { model, criteria, criterion, engine, data } = comparisonFlags("cifar10");

const flags: Program<OracleConfig>["flags"] = {
  model,
  weights: {
    kind: "path",
    group: "Network",
    value: "FILE",
    help: "Trained weights (safetensors or PyTorch).",
  },
  criteria,
  criterion,
  images: {
    kind: "number",
    group: "Measurement",
    value: "N",
    help: "Everything is measured on the first N training images.",
  },
  batchSize: {
    kind: "number",
    group: "Measurement",
    value: "N",
    help: "Images a minibatch; first-order scores depend on it.",
  },
  mode: {
    kind: "text",
    group: "Measurement",
    value: "MODE",
    help: "Batch normalisation while scoring: eval (as when the loss is measured) or train.",
  },
  seed: { kind: "number", group: "Measurement", value: "N", help: "For what is drawn at random." },
  subsetImages: {
    kind: "number",
    group: "Measurement",
    value: "N",
    help: "Images for the loss of every subset of the first layer's units; 0 is none.",
  },
  engine,
  data,
  ...outputFlags("oracle.json, oracle.md and report.html"),
};

export const oracle: Program<OracleConfig> = {
  name: "oracle",
  purpose:
    "Measure how much the loss changes when each unit of a trained CIFAR-10 network is removed, and how well every criterion tells it beforehand.",
  flags,
  defaults: {
    ...defaults,
    weights: "those that come with the repository",
    criteria: "all",
    subsetImages: "128 for lenet3, else 0",
  },
  complete: completeConfig,
  schema,
  examples: [
    ["All criteria on the LeNet3 that comes with the repository:", ""],
    [
      "Three of them on a ResNet-20, and one of your own:",
      "--model resnet20 --criteria l1,taylor-gate --criterion ./mine.ts",
    ],
  ],
};
