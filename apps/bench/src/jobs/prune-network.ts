/** Prune one seed's network by one criterion, to each ratio: score once, remove, verify, test, fine-tune, test. */
import type { Criterion } from "@secateur/criteria";
import { score } from "@secateur/criteria";
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { createModel, type ModelName } from "@secateur/models";
import { type Budget, selectUnits } from "@secateur/pruner";
import { applyPlan, type Plan, verifyPlan } from "@secateur/surgery";
import { type Evaluation, evaluate, fit } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BenchData, Normalization } from "../bench-data.ts";
import { restoreCheckpoint } from "../checkpoint.ts";
import type { BenchConfig } from "../config.ts";
import { batchSize, fineTuningRecipe } from "../recipe.ts";
import type { Baseline, Cell, KeptUnits } from "../results.ts";
import { evaluationCost, type JobEvent, type PruneJob } from "./job.ts";
import { lossCurve } from "./train-network.ts";

/** A pruned network's measurements and how it was cut; latency is measured when nothing else runs. */
export type PrunedCell = Omit<Cell, "latencyMsPerImage"> & { readonly plan: Plan };

export interface Setting {
  readonly config: BenchConfig;
  readonly data: BenchData;
  readonly baseline: Omit<Baseline, "latencyMsPerImage">;
}

export async function* pruneNetwork(
  job: PruneJob,
  criterion: Criterion,
  setting: Setting,
): AsyncGenerator<JobEvent> {
  const { config, data } = setting;
  const model = createModel(config.model as ModelName, { seed: job.seed });
  const normalization = restoreCheckpoint(model, job.network)["normalization"] as Normalization;
  const graph = buildDependencyGraph(model);
  yield { type: "work", amount: 0, note: `seed ${job.seed}: scoring by ${job.criterion}` };
  const notes: string[] = [];
  const onWarning = (message: string): void => void notes.push(message);
  const scores = await score(model, graph, criterion, data.scoring(job.seed, normalization), { onWarning });
  for (const ratio of job.ratios) {
    const plan = selectUnits(graph, scores, budgetOf(config, ratio));
    yield* pruneTo(ratio, plan, graph, job, setting, normalization, notes);
  }
  model.dispose();
}

async function* pruneTo(
  ratio: number,
  plan: Plan,
  graph: DependencyGraph,
  { seed, criterion }: PruneJob,
  { config, data, baseline }: Setting,
  normalization: Normalization,
  notes: readonly string[],
): AsyncGenerator<JobEvent> {
  const smaller = applyPlan(graph.model, plan, { graph });
  await verifyPlan(graph.model, plan, { graph, smaller });
  const note = `seed ${seed}: ${criterion}, ${Math.round(ratio * 100)} % removed`;
  const pruned = await evaluate(smaller, data.test(normalization));
  yield { type: "work", amount: data.testCount * evaluationCost, note };
  let tuned: Evaluation | null = null;
  if (config.finetune > 0) {
    yield* fineTune(
      smaller,
      config,
      data,
      data.training(seed + 100, normalization),
      { seed, criterion, ratio },
      note,
    );
    tuned = await evaluate(smaller, data.test(normalization));
    yield { type: "work", amount: data.testCount * evaluationCost, note };
  }
  const cell: PrunedCell = {
    seed,
    criterion,
    ratio,
    budget: config.budget,
    parameters: countParameters(smaller).trainable,
    macs: countMacs(smaller).total,
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
  smaller.dispose();
}

/** `config.finetune` epochs, fractions too, as equal parts of at most one epoch each. */
async function* fineTune(
  model: tfl.LayersModel,
  { finetune }: BenchConfig,
  data: BenchData,
  batches: ReturnType<BenchData["training"]>,
  cell: Pick<Cell, "seed" | "criterion" | "ratio">,
  note: string,
): AsyncGenerator<JobEvent> {
  const { optimizer, schedule } = fineTuningRecipe();
  const epochs = Math.ceil(finetune);
  const stepsPerEpoch = Math.max(1, Math.round((finetune * data.stepsPerEpoch) / epochs));
  const curve = lossCurve(stepsPerEpoch, 8);
  for await (const event of fit(model, batches, { epochs, optimizer, schedule, stepsPerEpoch })) {
    if (event.type !== "step") continue;
    const point = curve(event.epoch, event.step, event.loss, event.accuracy);
    if (point !== null) {
      const epoch = (point.epoch * stepsPerEpoch) / data.stepsPerEpoch;
      yield { type: "log", event: { type: "fine-tuning", point: { ...cell, ...point, epoch } } };
    }
    yield { type: "work", amount: batchSize, note };
  }
  optimizer.dispose();
}

function budgetOf({ budget }: BenchConfig, ratio: number): Budget {
  if (budget === "units") return { units: ratio };
  return budget === "macs" ? { macs: ratio } : { parameters: ratio };
}

function keptUnits(graph: DependencyGraph, plan: Plan): Record<string, KeptUnits> {
  const entries = graph.groups.map(({ id, unitCount }) => {
    return [id, { kept: unitCount - (plan.remove[id]?.length ?? 0), total: unitCount }] as const;
  });
  return Object.fromEntries(entries);
}
