/** The program of a worker process: prepares its engine and data, then performs one job after another. */
import { useBackend } from "@secateur/backend";
import { nativeEngines } from "@secateur/native-engine";
import type { BatchSource } from "../../inputs/batch-source.ts";
import { loadBatches } from "../../inputs/load-batches.ts";
import { type CriterionFactories, loadCriteria } from "../../inputs/load-criteria.ts";
import { serveRequests } from "../../run/serve-requests.ts";
import type { CompareConfig } from "../config.ts";
import { recipeFor } from "../recipe.ts";
import type { JobEvent, WorkerRequest } from "./job.ts";
import { pruneIteratively } from "./prune-iteratively.ts";
import { pruneOneShot } from "./prune-one-shot.ts";
import { trainNetwork } from "./train-network.ts";

interface WorkerState {
  readonly config: CompareConfig;
  readonly data: BatchSource;
  readonly criteria: CriterionFactories;
}

let state: WorkerState | null = null;

async function* handle(request: WorkerRequest): AsyncGenerator<JobEvent> {
  if (request.type === "setup") {
    const { config, engine } = request;
    await useBackend(engine, { engines: nativeEngines });
    const data = await loadBatches(config, recipeFor(config.model));
    state = { config, data, criteria: await loadCriteria(config) };
    return;
  }
  if (state === null) throw new Error("a job arrived before the setup");
  yield* perform(request, state);
}

function perform(
  { job, baseline }: Extract<WorkerRequest, { type: "job" }>,
  { config, data, criteria }: WorkerState,
): AsyncGenerator<JobEvent> {
  if (job.kind === "train") return trainNetwork(job, config, data);
  const make = criteria.get(job.criterion);
  if (make === undefined || baseline === null)
    throw new Error(`a pruning job lacks its criterion "${job.criterion}" or its baseline`);
  const prune = config.iterative ? pruneIteratively : pruneOneShot;
  return prune(job, make(job.seed), { config, data, baseline });
}

serveRequests(handle);
