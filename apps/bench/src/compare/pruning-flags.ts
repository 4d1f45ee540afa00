/** The flags of every program that trains, prunes and compares: how is pruned, and how often. */
import type { Flag } from "../cli/program.ts";
import type { BenchConfig } from "./config.ts";

type Key = "ratios" | "budget" | "iterative" | "frequency" | "per-removal" | "finetune" | "seeds";

/** @param iterativeDefaults what `--iterative` puts in the place of the defaults. */
export const experimentFlags = (iterativeDefaults: Partial<BenchConfig>): Readonly<Record<Key, Flag>> => ({
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
    help: `With --iterative: units that go at each removal${iterativeDefaults["per-removal"] === undefined ? " (2 % of all, unless given)" : ""}.`,
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
});
