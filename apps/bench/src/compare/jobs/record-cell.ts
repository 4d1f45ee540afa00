/** The result of one pruned network: test, repair, test, fine-tune, test, count, log. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import type { Plan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { TestedCell } from "../events.ts";
import type { KeptUnits } from "../results.ts";
import { fineTune } from "./fine-tune.ts";
import type { JobEvent, PruneJob } from "./job.ts";
import { repairNetwork } from "./repair-network.ts";
import { type Tested, type TestImages, testNetwork } from "./test-network.ts";
import { testStage } from "./test-stage.ts";
import type { PruneContext, TrainedNetwork } from "./trained-network.ts";

export interface PrunedNetwork {
  /** Fine-tuning changes its weights, unless it is repaired. */
  readonly model: tfl.LayersModel;
  /** From the trained network to `model`. */
  readonly plan: Plan;
  readonly ratio: number;
  readonly isTuned: boolean;
  readonly notes: readonly string[];
}

/** The tests after each stage; null for a stage that is left out. */
interface Stages {
  readonly pruned: Tested;
  readonly repaired: Repaired | null;
  readonly tuned: Tested | null;
}

interface Repaired extends Tested {
  readonly seconds: number;
  readonly notes: readonly string[];
}

export async function* recordCell(
  cut: PrunedNetwork,
  network: TrainedNetwork,
  job: PruneJob,
  context: PruneContext,
): AsyncGenerator<JobEvent> {
  const { model, plan, ratio } = cut;
  const { pruned, repaired, tuned } = yield* runStages(cut, network, job, context);
  const cell: TestedCell = {
    seed: job.seed,
    criterion: job.criterion,
    ratio,
    budget: context.config.budget,
    parameters: countParameters(model).trainable,
    macs: countMacs(model).total,
    accuracyBefore: context.baseline.accuracy,
    accuracyPruned: pruned.accuracy,
    accuracyRepaired: repaired?.accuracy ?? null,
    repairSeconds: repaired?.seconds ?? null,
    accuracyTuned: tuned?.accuracy ?? null,
    lossBefore: context.baseline.loss,
    lossPruned: pruned.loss,
    lossRepaired: repaired?.loss ?? null,
    lossTuned: tuned?.loss ?? null,
    top5Before: context.baseline.top5,
    top5Pruned: pruned.top5,
    top5Repaired: repaired?.top5 ?? null,
    top5Tuned: tuned?.top5 ?? null,
    agreementPruned: pruned.agreement,
    agreementRepaired: repaired?.agreement ?? null,
    agreementTuned: tuned?.agreement ?? null,
    keptUnits: keptUnits(network.graph, plan),
    notes: [...cut.notes, ...(repaired?.notes ?? [])],
    plan,
  };
  yield { type: "log", event: { type: "cell", cell } };
}

/** Fine-tuning starts from the repaired network, or from the pruned one where there is no repair. */
async function* runStages(
  { model, plan, ratio, isTuned }: PrunedNetwork,
  network: TrainedNetwork,
  job: PruneJob,
  context: PruneContext,
): AsyncGenerator<JobEvent, Stages> {
  const { config, data } = context;
  const { normalization, classes } = network;
  const images: TestImages = { data, normalization, classes };
  const { seed, criterion } = job;
  const percent = `${Math.round(ratio * 100)} % removed`;
  const note = `seed ${seed}: ${criterion}, ${percent}`;
  const pruned = yield* testStage(model, { stage: "pruned", ratio }, job, images, note);
  let repaired: Repaired | null = null;
  let last = model;
  if (config.compensate) {
    const repair = yield* repairNetwork(model, plan, network, seed, data, note);
    last = repair.model;
    const tested = yield* testStage(last, { stage: "repaired", ratio }, job, images, note);
    const notes = repair.isReverted ? [`${percent}: no refit of the weights improved the outputs`] : [];
    repaired = { ...tested, seconds: repair.seconds, notes };
  }
  let tuned: Tested | null = null;
  if (isTuned) {
    yield* fineTune(last, context, network, { seed, criterion, ratio }, note);
    ({ tested: tuned } = yield* testNetwork(last, images, note));
  }
  if (last !== model) disposeModel(last);
  return { pruned, repaired, tuned };
}

function keptUnits(graph: DependencyGraph, plan: Plan): Record<string, KeptUnits> {
  const entries = graph.groups.map(({ id, unitCount }) => {
    return [id, { kept: unitCount - (plan.remove[id]?.length ?? 0), total: unitCount }] as const;
  });
  return Object.fromEntries(entries);
}
