/**
 * Prunes one seed's network by one criterion during training, with the paper's loop (Molchanov et al. 2019, arXiv
 * 1906.10771). One run of the loop passes all ratios: it stops at exactly each ratio, the network is tested, and the
 * loop continues from there, as it does after a kill.
 */
import { type Criterion, caveats } from "@secateur/criteria";
import {
  type PruneEvent,
  type PruneLoopOptions,
  type PruneState,
  prune,
  remainingOf,
} from "@secateur/pruner";
import type { Optimizer } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { budgetOf } from "../budget.ts";
import type { CompareConfig } from "../config.ts";
import { pruningPace } from "../pruning-pace.ts";
import { recipeFor } from "../recipe.ts";
import { type JobEvent, type PruneJob, pruningFile } from "./job.ts";
import { encodePruning, type PruningPoint, startingPoint } from "./pruning-checkpoint.ts";
import { pruningProgress } from "./pruning-progress.ts";
import { recordCell } from "./record-cell.ts";
import { openNetwork, type PruneContext } from "./trained-network.ts";

/** Between two ratios; every ratio has a checkpoint anyway. */
const removalsPerCheckpoint = 10;

/** What all ratios share. */
interface LoopContext {
  readonly config: CompareConfig;
  readonly original: tfl.LayersModel;
  readonly options: Omit<PruneLoopOptions, "budget" | "optimizer">;
  readonly optimizer: Optimizer;
  readonly file: string;
  readonly progress: (event: PruneEvent) => JobEvent;
}

export async function* pruneIteratively(
  job: PruneJob,
  criterion: Criterion,
  context: PruneContext,
): AsyncGenerator<JobEvent> {
  const { config, data } = context;
  const { ratios, finetune } = config;
  const network = await openNetwork(job, context);
  const { graph, normalization } = network;
  const notes = caveats(graph, [criterion]);
  const optimizer = recipeFor(config.model).pruning();
  let point = await startingPoint(job, graph, optimizer);
  const loop: LoopContext = {
    config,
    original: graph.model,
    options: {
      criterion,
      data: data.training(job.seed + 200, normalization),
      schedule: pruningPace(config, remainingOf(graph).amounts().units),
      compensate: config["repair-removals"],
      onWarning: () => undefined, // the results hold the warnings as notes
    },
    optimizer,
    file: pruningFile(job.seed, job.criterion),
    progress: pruningProgress(job, config, graph, point),
  };
  for (const ratio of ratios.filter((each) => each >= point.ratio)) {
    const { model } = point;
    point = yield* pruneTo(ratio, point, loop);
    if (model !== graph.model) model.dispose();
    if (!job.ratios.includes(ratio)) continue;
    const isTuned = finetune > 0 && ratio === ratios.at(-1);
    yield* recordCell({ ...point, isTuned, notes }, network, job, context);
  }
  point.model.dispose();
  graph.model.dispose();
  optimizer.dispose();
}

/** Trains and removes until the ratio is reached. The checkpoint is written before the result that follows from it. */
async function* pruneTo(
  ratio: number,
  from: PruningPoint,
  loop: LoopContext,
): AsyncGenerator<JobEvent, PruningPoint> {
  const { config, original, options, optimizer, file, progress } = loop;
  const checkpoint = (model: tfl.LayersModel, state: PruneState): JobEvent => {
    return { type: "file", name: file, content: encodePruning(ratio, model, state, optimizer) };
  };
  const resume = from.state === null ? {} : { resume: { state: from.state, model: from.model } };
  let { state } = from;
  let removals = 0;
  const budget = budgetOf(config, ratio);
  for await (const event of prune(original, { ...options, ...resume, optimizer, budget })) {
    if (event.type === "done") {
      const { model, plan } = event;
      if (state !== null && state !== from.state) yield checkpoint(model, state);
      return { ratio, model, plan, state };
    }
    yield progress(event);
    if (event.type !== "removal") continue;
    ({ state } = event);
    if (++removals % removalsPerCheckpoint === 0) yield checkpoint(event.model, state);
  }
  throw new Error("the pruning loop ended without a result");
}
