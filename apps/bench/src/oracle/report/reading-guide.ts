/** The study in words, the same on the page and in Markdown: what was measured, and how a newcomer reads it. */
import { formatDuration } from "../../run/progress.ts";
import { fewestUnits } from "../correlations.ts";
import type { OracleMeasurements } from "../measurements.ts";
import { minibatchCount } from "./correlation-tables.ts";

export const titleOf = ({ config, criteria }: OracleMeasurements): string =>
  `${config.model} on CIFAR-10: ${criteria.length} criteria beside the oracle`;

export const unitCount = ({ groups }: OracleMeasurements): number =>
  groups.reduce((sum, { units }) => sum + units, 0);

export function leadOf(measurements: OracleMeasurements): string {
  const { config, network, groups, engine, versions, startedAt, durationMs } = measurements;
  const ran = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const { loss, accuracy } = network;
  return (
    `The network's loss is ${loss.toFixed(4)} and its accuracy ${(100 * accuracy).toFixed(2)} % on the first ` +
    `${config.images} training images, in ${minibatchCount(config)} minibatches of ${config.batchSize}. Each of its ` +
    `${unitCount(measurements)} units in ${groups.length} groups was removed alone and the loss measured again: the oracle. ` +
    `The criteria scored the same images (batch normalisation: ${modeWords[config.mode]}; seed ${config.seed}). ` +
    `Begun on ${startedAt.slice(0, 10)}, done in ${formatDuration(durationMs)}, on ${[engine, ...ran].join(", ")}.`
  );
}

const modeWords: Readonly<Record<OracleMeasurements["config"]["mode"], string>> = {
  train: "by the minibatch's statistics",
  eval: "by the moving statistics",
};

/** A term and what it says. */
export const guide: readonly (readonly [string, string])[] = [
  [
    "The oracle",
    "removes one unit, looks how far the loss moves, and puts the unit back. That is the truth which a criterion estimates without removing anything.",
  ],
  [
    "Spearman",
    "compares orders only: 1 is the oracle's order, 0 has nothing to do with it, -1 is the reverse. At 0.9 about six of seven pairs of units stand in the right order. Pruning takes the lowest scores first, so the order is what counts.",
  ],
  [
    "Kendall",
    "counts pairs: at τ, a share of (1 + τ) / 2 is in the right order. For the same order it is usually less than Spearman's.",
  ],
  [
    "Pearson",
    "asks for a straight line between score and change of the loss, and a few units that matter much decide it. In log scale all units count alike, and it does not matter that some scores are squares; units with a zero on either side have no logarithm and are left out.",
  ],
  [
    "All units and mean over layers",
    `ask two things: over all units, scores of different layers must be on one scale, as they must to prune all layers by one ranking; the mean over layers looks inside each group alone. Groups with fewer than ${fewestUnits} units, or with equal scores, are left out of it.`,
  ],
  [
    "random",
    "is what chance gives on these units. A criterion near it tells nothing of this network, however good the idea.",
  ],
  [
    "[low, high]",
    "holds 95 % of 1000 draws of as many units with replacement. Units of one network are not independent, so take it as the least doubt there is.",
  ],
  [
    "Cost",
    "is what it takes to score one minibatch, in training steps on a minibatch of that size; the oracle's is all of it over the minibatches.",
  ],
];

export const tableNote =
  "Score against |change of the loss|. The best of each column is marked, not counting random.";
export const certaintyNote =
  "Signed: score against the change with its sign, where a unit that harms is worth less than nothing. Zeros: units without a logarithm. Layers: groups in the mean of Spearman.";
export const layerNote =
  "Score against |change of the loss|, inside each group, in the order of the network. A dash: fewer than three units, or equal scores.";
export const scatterNote =
  "A dot is a unit, at its change of the loss (across) and its score (up), both without sign and in log scale; zeros are not shown. A perfect criterion draws a rising line, whatever its slope.";

export const subsetNote = ({ group, units, images }: NonNullable<OracleMeasurements["subsets"]>): string =>
  `The loss on ${images} images when k of the ${units} units of ${group} are removed at once, nothing fine-tuned. ` +
  `Combinatorial: the best of all subsets of k units. Greedy: one after the other, each time the one that costs least then. ` +
  `Greedy, fixed: in the order of the oracle. A criterion removes its lowest scores first.`;
