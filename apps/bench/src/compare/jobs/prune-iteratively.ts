/**
 * Prune one seed's network by one criterion while it trains, by the paper's loop (Molchanov et al. 2019, arXiv
 * 1906.10771), through all ratios on one way. The loop stops at each ratio, so that it takes no unit too many there; the
 * network is tested, and the loop goes on from where it stands, as it also does after a kill.
 */
import { type Criterion, caveats } from "@secateur/criteria";
import { type PruneEvent, type PruneOptions, type PruneState, prune, remainingOf } from "@secateur/pruner";
import type { Optimizer } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { budgetOf } from "../budget.ts";
import type { BenchConfig } from "../config.ts";
import { pruningPace } from "../pruning-pace.ts";
import { recipeFor } from "../recipe.ts";
import { type JobEvent, type PruneJob, pruningFile } from "./job.ts";
import { encodePosition, firstPosition, type Position } from "./pruning-checkpoint.ts";
import { pruningProgress } from "./pruning-progress.ts";
import { recordCell } from "./record-cell.ts";
import { openNetwork, type Setting } from "./trained-network.ts";

/** Between two ratios; each ratio has a checkpoint anyway. */
const removalsPerCheckpoint = 10;

/** What stays the same all the way. */
interface Way {
  readonly config: BenchConfig;
  readonly original: tfl.LayersModel;
  readonly loop: Omit<PruneOptions, "budget" | "optimizer">;
  readonly optimizer: Optimizer;
  readonly file: string;
  readonly progress: (event: PruneEvent) => JobEvent;
}

export async function* pruneIteratively(
  job: PruneJob,
  criterion: Criterion,
  setting: Setting,
): AsyncGenerator<JobEvent> {
  const { config, data } = setting;
  const { ratios, finetune } = config;
  const network = openNetwork(job, setting);
  const { graph, normalization } = network;
  const notes = caveats(graph, [criterion]);
  const optimizer = recipeFor(config.model).pruning();
  let position = firstPosition(job, graph, optimizer);
  const way: Way = {
    config,
    original: graph.model,
    loop: {
      criterion,
      data: data.training(job.seed + 200, normalization),
      schedule: pruningPace(config, remainingOf(graph).amounts().units),
      onWarning: () => undefined, // the results have them as notes
    },
    optimizer,
    file: pruningFile(job.seed, job.criterion),
    progress: pruningProgress(job, config, graph, position),
  };
  for (const ratio of ratios.filter((each) => each >= position.ratio)) {
    const { model } = position;
    position = yield* pruneTo(ratio, position, way);
    if (model !== graph.model) model.dispose();
    if (!job.ratios.includes(ratio)) continue;
    const isTuned = finetune > 0 && ratio === ratios.at(-1);
    yield* recordCell({ ...position, isTuned, notes }, network, job, setting);
  }
  position.model.dispose();
  graph.model.dispose();
  optimizer.dispose();
}

/** Trains and removes until the ratio is reached. Its checkpoint is there before its result, which is made from it. */
async function* pruneTo(ratio: number, from: Position, way: Way): AsyncGenerator<JobEvent, Position> {
  const { config, original, loop, optimizer, file, progress } = way;
  const checkpoint = (model: tfl.LayersModel, state: PruneState): JobEvent => {
    return { type: "file", name: file, content: encodePosition(ratio, model, state, optimizer) };
  };
  const resume = from.state === null ? {} : { resume: { state: from.state, model: from.model } };
  let { state } = from;
  let removals = 0;
  const budget = budgetOf(config, ratio);
  for await (const event of prune(original, { ...loop, ...resume, optimizer, budget })) {
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
