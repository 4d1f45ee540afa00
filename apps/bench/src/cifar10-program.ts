/** The command line of `bench:cifar10`: its flags, what they may be, and examples of their use. */
import { outputFlags, type Program } from "./cli/program.ts";
import { comparisonFlags } from "./comparison.ts";
import { type BenchConfig, completeConfig, defaults, iterativeDefaults, quickDefaults } from "./config.ts";
import { configSchema } from "./config-schema.ts";

const { model, criteria, criterion, engine, data } = comparisonFlags;

const flags: Program<BenchConfig>["flags"] = {
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
  ratios: {
    kind: "numbers",
    group: "Pruning",
    value: "R,S,…",
    help: "Shares to remove, between 0 and 1, separated by commas.",
  },
  budget: {
    kind: "text",
    group: "Pruning",
    value: "WHAT",
    help: "What the ratios are a share of: units (channels), macs (multiply-adds) or params (parameters).",
  },
  iterative: {
    kind: "switch",
    group: "Pruning",
    help: "Prune step by step while the network trains, as in the paper: every few minibatches the lowest units of the whole network go, and one run of the loop passes all ratios in turn.",
    implies: iterativeDefaults,
  },
  frequency: {
    kind: "number",
    group: "Pruning",
    value: "N",
    help: "With --iterative: minibatches between two removals.",
  },
  "per-removal": {
    kind: "number",
    group: "Pruning",
    value: "N",
    help: "With --iterative: units that go at each removal (2 % of all, unless given).",
  },
  finetune: {
    kind: "number",
    group: "Pruning",
    value: "N",
    help: "Epochs of fine-tuning after pruning (with --iterative after the last ratio); 0.5 is half an epoch, 0 is none.",
  },
  seeds: {
    kind: "number",
    group: "Run",
    value: "K",
    help: "Run everything with K seeds (0 … K-1) and report mean ± standard deviation.",
  },
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
  ...outputFlags("summary.json, report.html and checkpoints"),
};

export const cifar10: Program<BenchConfig> = {
  name: "cifar10",
  purpose: "Train a network on CIFAR-10, prune it with several criteria side by side, and compare them.",
  flags,
  defaults,
  complete: completeConfig,
  schema: configSchema,
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
