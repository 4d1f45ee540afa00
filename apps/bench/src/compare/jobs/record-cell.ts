/** The result of one pruned network: test, fine-tune, test again, count, log. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import type { Plan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { TestedCell } from "../events.ts";
import type { KeptUnits } from "../results.ts";
import { fineTune } from "./fine-tune.ts";
import type { JobEvent, PruneJob } from "./job.ts";
import { testNetwork } from "./test-network.ts";
import type { PruneContext, TrainedNetwork } from "./trained-network.ts";

export interface PrunedNetwork {
  /** Fine-tuning changes its weights. */
  readonly model: tfl.LayersModel;
  /** From the trained network to `model`. */
  readonly plan: Plan;
  readonly ratio: number;
  readonly isTuned: boolean;
  readonly notes: readonly string[];
}

export async function* recordCell(
  { model, plan, ratio, isTuned, notes }: PrunedNetwork,
  { graph, normalization }: TrainedNetwork,
  { seed, criterion }: PruneJob,
  context: PruneContext,
): AsyncGenerator<JobEvent> {
  const { config, data, baseline } = context;
  const note = `seed ${seed}: ${criterion}, ${Math.round(ratio * 100)} % removed`;
  const pruned = yield* testNetwork(model, data, normalization, note);
  let tuned: typeof pruned | null = null;
  if (isTuned) {
    yield* fineTune(model, context, normalization, { seed, criterion, ratio }, note);
    tuned = yield* testNetwork(model, data, normalization, note);
  }
  const cell: TestedCell = {
    seed,
    criterion,
    ratio,
    budget: config.budget,
    parameters: countParameters(model).trainable,
    macs: countMacs(model).total,
    accuracyBefore: baseline.accuracy,
    accuracyPruned: pruned.accuracy,
    accuracyTuned: tuned?.accuracy ?? null,
    lossBefore: baseline.loss,
    lossPruned: pruned.loss,
    lossTuned: tuned?.loss ?? null,
    keptUnits: keptUnits(graph, plan),
    notes,
    plan,
  };
  yield { type: "log", event: { type: "cell", cell } };
}

function keptUnits(graph: DependencyGraph, plan: Plan): Record<string, KeptUnits> {
  const entries = graph.groups.map(({ id, unitCount }) => {
    return [id, { kept: unitCount - (plan.remove[id]?.length ?? 0), total: unitCount }] as const;
  });
  return Object.fromEntries(entries);
}
