/** The flags of `bench:cifar10` and `bench:imagenet` that decide how networks are pruned. */
import type { Flag } from "@secateur/command-line";
import { budgetWords } from "./budget.ts";
import type { CompareConfig } from "./config.ts";

type Key =
  | "ratios"
  | "budget"
  | "iterative"
  | "frequency"
  | "per-removal"
  | "repair-removals"
  | "compensate"
  | "finetune"
  | "distill"
  | "seeds";

/** @param iterativeDefaults - The defaults that `--iterative` replaces. */
export function pruningFlags(iterativeDefaults: Partial<CompareConfig>): Readonly<Record<Key, Flag>> {
  return {
    ratios: {
      kind: "numbers",
      group: "Pruning",
      value: "R,S,…",
      help: "Shares to remove, between 0 and 1, separated by commas.",
    },
    budget: {
      kind: "text",
      group: "Pruning",
      value: "NAME",
      help: `The amount that the ratios are a share of: ${Object.keys(budgetWords).join(", ")}.`,
    },
    iterative: {
      kind: "switch",
      group: "Pruning",
      help: "Prune during training, as in the paper: every few minibatches, remove the units with the lowest scores of the whole network. One run of the loop passes all ratios.",
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
      help: `With --iterative: units per removal${iterativeDefaults["per-removal"] === undefined ? " (2 % of all, unless given)" : ""}.`,
    },
    "repair-removals": {
      kind: "switch",
      group: "Pruning",
      help: "With --iterative: after every removal, refit the remaining weights without labels, on the images since the last one.",
    },
    compensate: {
      kind: "off-switch",
      group: "Pruning",
      help: "Leave out the repair: by default, the remaining weights are refitted on the images that were scored, without labels or training, and fine-tuning starts from there.",
    },
    finetune: {
      kind: "number",
      group: "Pruning",
      value: "N",
      help: "Epochs of fine-tuning after pruning (with --iterative: after the last ratio); may be a fraction, 0 is none.",
    },
    distill: {
      kind: "switch",
      group: "Pruning",
      help: "Fine-tune with the unpruned network as teacher, whose outputs are learned beside the labels.",
    },
    seeds: {
      kind: "number",
      group: "Run",
      value: "K",
      help: "Repeat the run with K seeds (0 … K-1) and report mean ± standard deviation.",
    },
  };
}
