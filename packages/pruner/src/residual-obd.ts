/** The choice of units by their curvature after a refit, divided by what each saves when it is taken. */
import { limitedKind } from "./budget.ts";
import { checkFields, type Fields } from "./check-fields.ts";
import type { JointLoss } from "./joint-loss.ts";
import type { Selector } from "./jointly.ts";
import { type ResidualScoreOptions, residualScores } from "./residual-scores.ts";
import { requireReachable } from "./select-units.ts";
import { startSelection } from "./selection-run.ts";
import { takeJointly } from "./take-jointly.ts";

const fields: Fields<ResidualScoreOptions> = { samples: true, ridge: true, seed: true };

/**
 * Chooses units whose removal costs least *after* a refit of the layers that read them, see `residualScores`. Reads no labels.
 *
 * @example await pruneOnce(model, { criterion: residualObd(), data, budget: { macs: 0.3 } });
 */
export function residualObd(options: ResidualScoreOptions = {}): Selector {
  checkFields("options", options, fields);
  return {
    name: "residual-obd",
    swaps: true,
    async select(graph, samples, request) {
      requireReachable(graph, request);
      const run = startSelection(graph, request);
      const scores = await residualScores(graph, samples, options);
      const all = graph.groups.flatMap(({ id }) => [...(scores.get(id) ?? [])]);
      takeJointly(graph.groups, sumOf(all), run.taken, {
        roundTo: run.limits.roundTo,
        per: limitedKind(request.budget),
        lacking: run.lacking,
        isEnough: run.isMet,
        onTaken: () => undefined,
      });
      return run.plan();
    },
  };
}

/** A loss to which every removed unit adds its score. */
function sumOf(scores: readonly number[]): JointLoss {
  let total = 0;
  const increase = (unit: number): number => Number(scores[unit]);
  return {
    value: () => total,
    increase,
    remove(unit) {
      total += increase(unit);
    },
  };
}
