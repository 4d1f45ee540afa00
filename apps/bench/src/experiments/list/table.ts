/** The table of `bench:imagenet --list`. */
import type { ModelName } from "@secateur/models";
import { markdownOf } from "../../report/markdown-table.ts";
import { assumedSettings, type Experiment, lastRemoval, removalCount } from "../experiment.ts";
import { imagenetCounts } from "../results.ts";

export interface NetworkNeeds {
  /** Bytes of a step of the unpruned network. */
  readonly bytes: number;
  /** Of a step of the unpruned network; null where it was not measured. */
  readonly msPerImage: number | null;
}

/** @param accumulate - Parts that the images of a step are computed in. */
export function listMarkdown(
  experiments: readonly Experiment[],
  needs: ReadonlyMap<ModelName, NetworkNeeds>,
  accumulate: number,
): string {
  const head = [
    "Experiment",
    "Weights",
    "Gates left (%)",
    "Removals",
    "Last at minibatch",
    "Epochs",
    "Memory (GB)",
    "Hours",
    "Paper: MACs (G)",
    "Parameters (M)",
    "Top-1 error (%)",
    "Chosen here",
  ];
  const rows = experiments.map((experiment) => rowOf(experiment, needs.get(experiment.model)));
  const words = Object.entries(assumedSettings)
    .map(([name, meaning]) => `${name} is ${meaning}`)
    .join(", ");
  const isMeasured = [...needs.values()].some(({ msPerImage }) => msPerImage !== null);
  return [
    markdownOf(head, rows),
    `Memory: of the unpruned network's step, estimated from its layers, in ${accumulate} parts (--accumulate ${accumulate}).`,
    isMeasured
      ? "Hours: all epochs at the speed of the unpruned network; pruned networks are faster."
      : "Hours: add --measure, or --times FILE with a file of --smoke.",
    `Chosen here, because the authors do not state it: ${words}.`,
    "Weights: https://download.pytorch.org/models/.",
  ].join("\n\n");
}

function rowOf(experiment: Experiment, needs: NetworkNeeds | undefined): readonly string[] {
  const { name, weights, gates, pruning, training, assumed, paper } = experiment;
  const { budget } = pruning;
  const left = "units" in budget ? (100 * (1 - budget.units / gates.units)).toFixed(1) : "–";
  const hours =
    needs?.msPerImage == null
      ? null
      : (training.epochs * imagenetCounts.training * needs.msPerImage) / 3_600_000;
  const { gmacs = null, millionParameters = null, top1Error = null } = paper.pruned ?? {};
  return [
    name,
    weights,
    left,
    String(removalCount(experiment) ?? "–"),
    String(lastRemoval(experiment) ?? "–"),
    String(training.epochs),
    needs === undefined ? "–" : (needs.bytes / 1e9).toFixed(1),
    fixed(hours, 0),
    fixed(gmacs, 2),
    fixed(millionParameters, 1),
    fixed(top1Error, 2),
    assumed.length === 0 ? "–" : assumed.join(", "),
  ];
}

const fixed = (value: number | null, decimals: number): string =>
  value === null ? "–" : value.toFixed(decimals);
