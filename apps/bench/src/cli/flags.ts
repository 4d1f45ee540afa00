/** The flags of `bench:cifar10`: one table that the parser, the help and the command to repeat a run are made from. */
import type { BenchConfig } from "../config.ts";

/** How a flag's text becomes a value. Paths are made absolute; a number that is none stays text and is refused later. */
export type FlagKind = "text" | "texts" | "number" | "numbers" | "path" | "paths" | "switch";

export interface Flag {
  readonly kind: FlagKind;
  readonly group: string;
  /** Stands for the value in the help; switches have none. */
  readonly value?: string;
  readonly help: string;
}

export type FlagName = keyof BenchConfig | "out" | "resume" | "help";

/** In the order of the help. */
export const flags: Readonly<Record<FlagName, Flag>> = {
  model: { kind: "text", group: "Network", value: "NAME", help: "The network to prune: {models}." },
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
  criteria: {
    kind: "texts",
    group: "Pruning",
    value: "A,B,…",
    help: "Criteria to compare, separated by commas: {criteria}.",
  },
  criterion: {
    kind: "paths",
    group: "Pruning",
    value: "FILE",
    help: "A criterion of your own (.ts or .js) that is compared with the others; may be given several times.",
  },
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
    help: "Prune step by step while the network trains, as in the paper: every few minibatches the lowest units of the whole network go, and one run of the loop passes all ratios in turn. Implies {iterative}, unless given.",
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
  engine: {
    kind: "text",
    group: "Run",
    value: "NAME",
    help: "What computes: auto (the fastest that works here), tensorflow, tensorflow-gpu, wasm, webgpu or cpu.",
  },
  workers: {
    kind: "number",
    group: "Run",
    value: "N",
    help: "On wasm: N threads train one network together, instead of as many networks side by side as there are cores.",
  },
  data: {
    kind: "path",
    group: "Run",
    value: "DIR",
    help: "A folder with CIFAR-10 (binary or python version); otherwise the cache or a download.",
  },
  subset: {
    kind: "number",
    group: "Run",
    value: "N",
    help: "For slow engines: use only N of the 50,000 training images, and N/5 of the 10,000 test images.",
  },
  quick: { kind: "switch", group: "Run", help: "A first look in a few minutes: {quick}, unless given." },
  out: {
    kind: "path",
    group: "Output",
    value: "DIR",
    help: "Where config.json, events.jsonl, summary.json, report.html and checkpoints go (a new folder in runs/).",
  },
  resume: {
    kind: "switch",
    group: "Output",
    help: "Go on with the run in --out DIR, with its own settings, to the result it would have had undisturbed.",
  },
  help: { kind: "switch", group: "Output", help: "Show this text." },
};

export const flagNames: readonly FlagName[] = Object.keys(flags).filter(
  (name): name is FlagName => name in flags,
);
