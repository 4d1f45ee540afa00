/** The texts of the oracle report, in HTML and in Markdown. */

import { formatDuration } from "@secateur/command-line";
import { dataTitle } from "../../inputs/data-set.ts";
import { engineText } from "../../report/environment-text.ts";
import { fewestUnits } from "../correlations.ts";
import type { OracleMeasurements } from "../measurements.ts";
import { minibatchCount } from "./correlation-tables.ts";

export function titleOf({ config, criteria }: OracleMeasurements): string {
  return `${config.model} on ${dataTitle(config)}: ${criteria.length} criteria compared with the oracle`;
}

export function unitCount({ groups }: OracleMeasurements): number {
  return groups.reduce((sum, { units }) => sum + units, 0);
}

export function leadOf(measurements: OracleMeasurements): string {
  const { config, network, groups, engine, versions, startedAt, durationMs } = measurements;
  const environment = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const { loss, accuracy } = network;
  return (
    `The network's loss is ${loss.toFixed(4)} and its accuracy ${(100 * accuracy).toFixed(2)} % on the first ` +
    `${config.images} training images, in ${minibatchCount(config)} minibatches of ${config.batchSize}. The oracle ` +
    `removes each of the ${unitCount(measurements)} units in ${groups.length} groups alone and measures the loss again. ` +
    `The criteria score the same images (batch normalisation: ${modeWords[config.mode]}; seed ${config.seed}). ` +
    `Started on ${startedAt.slice(0, 10)}, duration ${formatDuration(durationMs)}, on ${[engineText(engine), ...environment].join(", ")}.`
  );
}

const modeWords: Readonly<Record<OracleMeasurements["config"]["mode"], string>> = {
  train: "statistics of the minibatch",
  eval: "moving statistics",
};

/** Terms and their explanations. */
export const guide: readonly (readonly [string, string])[] = [
  [
    "Oracle",
    "The oracle removes one unit, measures the change of the loss, and restores the unit. A criterion estimates this change without removing anything.",
  ],
  [
    "Spearman",
    "Compares orders: 1 is the oracle's order, 0 is unrelated to it, -1 is the reverse. At 0.9 about six of seven pairs of units are in the right order. Pruning removes the lowest scores first, so it depends on the order only.",
  ],
  [
    "Kendall",
    "Counts pairs: at τ, a share of (1 + τ) / 2 of them is in the right order. It is usually lower than Spearman's for the same order.",
  ],
  [
    "Pearson",
    "Measures a linear relation between score and loss change; a few units with large values decide it. On the log scale all units count equally, and squared scores make no difference; units with a zero have no logarithm and are left out.",
  ],
  [
    "All units, mean over layers",
    `Over all units, scores of different layers must be on one scale, as they must to prune all layers by one ranking. The mean over layers compares units within each group only; it leaves out groups with fewer than ${fewestUnits} units or with equal scores.`,
  ],
  [
    "random",
    "The correlation of random scores with these units. A criterion near it does not predict anything for this network.",
  ],
  [
    "[low, high]",
    "The 95 % interval of 1000 bootstrap samples of the units. Units of one network are not independent, so the real uncertainty is larger.",
  ],
  [
    "Cost",
    "The time to score one minibatch, in training steps on a minibatch of the same size; for the oracle its total time over the number of minibatches.",
  ],
];

export const tableNote =
  "Score against |loss change|. The best value of each column is marked; random does not take part.";
export const certaintyNote =
  "Signed: score against the signed loss change, where units that harm the network rank lowest. Zeros: units without a logarithm. Layers: groups in Spearman's mean.";
export const layerNote =
  "Score against |loss change| within each group, in network order. A dash: fewer than three units, or equal scores.";
export const scatterNote =
  "One dot per unit: |loss change| (horizontal) and |score| (vertical), on log scales; zeros are not shown. The horizontal scale is the same for all; scores are on the scale of their criterion. A perfect criterion draws a rising line of any slope.";

export function jointNote({ images, temperature }: NonNullable<OracleMeasurements["joint"]>): string {
  return (
    `Divergence of the prediction, softened by a temperature of ${temperature}, from the unpruned network's on ${images} images, ` +
    "without the units that a joint choice takes first: predicted by the slopes of the unpruned network's logits in all gates, and " +
    "measured with the units removed."
  );
}

export function subsetNote({ group, units, images }: NonNullable<OracleMeasurements["subsets"]>): string {
  return (
    `The loss on ${images} images without k of the ${units} units of ${group}, without fine-tuning. ` +
    "Combinatorial: the best of all subsets of k units. Greedy: one unit after another, each time the one that raises the loss least. " +
    "Greedy, fixed: in the oracle's order. Criteria remove their lowest scores first."
  );
}
