/** The program of a worker process: prepares its engine and data, then performs one job after another. */
import { useBackend } from "@secateur/backend";
import { nativeEngines } from "@secateur/native-engine";
import type { BatchSource } from "../../inputs/batch-source.ts";
import { loadBatches } from "../../inputs/load-batches.ts";
import { type CriterionFactories, loadCriteria } from "../../inputs/load-criteria.ts";
import { type SkippedEvent, skippedSince } from "../../inputs/skipped-images.ts";
import { serveRequests } from "../../run/serve-requests.ts";
import type { CompareConfig } from "../config.ts";
import { recipeFor } from "../recipe.ts";
import type { JobEvent, WorkerRequest } from "./job.ts";
import { pruneIteratively } from "./prune-iteratively.ts";
import { pruneOneShot } from "./prune-one-shot.ts";
import { type SharedScores, sharedScores } from "./shared-scores.ts";
import { trainNetwork } from "./train-network.ts";

interface WorkerState {
  readonly config: CompareConfig;
  readonly data: BatchSource;
  readonly criteria: CriterionFactories;
  readonly scoresOf: SharedScores;
  /** Since its last call. */
  readonly skipped: () => SkippedEvent | null;
}

let state: WorkerState | null = null;

async function* handle(request: WorkerRequest): AsyncGenerator<JobEvent> {
  if (request.type === "setup") {
    const { config, engine, criteria: names } = request;
    await useBackend(engine, { engines: nativeEngines });
    const data = await loadBatches(config, recipeFor(config.model));
    const criteria = new Map([...(await loadCriteria(config))].filter(([name]) => names.includes(name)));
    state = { config, data, criteria, scoresOf: sharedScores(criteria, data), skipped: skippedSince(data) };
    return;
  }
  if (state === null) throw new Error("a job arrived before the setup");
  for await (const event of perform(request, state)) {
    const skipped = event.type === "log" ? state.skipped() : null;
    if (skipped !== null) yield { type: "log", event: skipped };
    yield event;
  }
}

function perform(
  { job, baseline }: Extract<WorkerRequest, { type: "job" }>,
  { config, data, criteria, scoresOf }: WorkerState,
): AsyncGenerator<JobEvent> {
  if (job.kind === "train") return trainNetwork(job, config, data);
  const make = criteria.get(job.criterion);
  if (make === undefined || baseline === null)
    throw new Error(`a pruning job lacks its criterion "${job.criterion}" or its baseline`);
  const context = { config, data, baseline };
  return config.iterative
    ? pruneIteratively(job, make(job.seed), context)
    : pruneOneShot(job, scoresOf, context);
}

serveRequests(handle);
