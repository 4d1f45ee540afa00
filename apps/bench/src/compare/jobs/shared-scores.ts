/** The scores of a network by all criteria of a run, computed in one pass: what several of them observe is observed once. */
import { caveats, equalScoresWarning, type Scores, scoreAll } from "@secateur/criteria";
import type { BatchSource } from "../../inputs/batch-source.ts";
import type { CriterionFactories } from "../../inputs/load-criteria.ts";
import type { TrainedNetwork } from "./trained-network.ts";

interface CriterionScores {
  readonly scores: Scores;
  /** Warnings, in sentences. */
  readonly notes: readonly string[];
}

/** By criterion name. The scores of one seed stay in memory. */
export type SharedScores = (
  network: TrainedNetwork,
  seed: number,
) => Promise<ReadonlyMap<string, CriterionScores>>;

export function sharedScores(criteria: CriterionFactories, data: Pick<BatchSource, "scoring">): SharedScores {
  let last: { readonly seed: number; readonly result: ReturnType<SharedScores> } | null = null;
  return (network, seed) => {
    if (last?.seed !== seed) last = { seed, result: scoreNetwork(network, seed, criteria, data) };
    return last.result;
  };
}

async function scoreNetwork(
  { graph, normalization }: TrainedNetwork,
  seed: number,
  criteria: CriterionFactories,
  data: Pick<BatchSource, "scoring">,
): ReturnType<SharedScores> {
  const all = [...criteria.values()].map((make) => make(seed));
  const batches = data.scoring(seed, normalization);
  const scores = await scoreAll(graph.model, graph, all, batches, { onWarning: () => undefined });
  return new Map(
    all.map((criterion) => {
      const own = scores.get(criterion.name) ?? new Map();
      const equal = equalScoresWarning(criterion.name, own);
      const notes = [...caveats(graph, [criterion]), ...(equal === null ? [] : [equal])];
      return [criterion.name, { scores: own, notes }];
    }),
  );
}
