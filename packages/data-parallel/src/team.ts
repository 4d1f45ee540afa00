/** Threads that train one model together: each computes its part of every minibatch, on a wasm engine of its own. */
import { availableParallelism } from "node:os";
import {
  type Batch,
  disposeBatch,
  type Optimizer,
  type StepResult,
  type TrainStepOptions,
} from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TeamError } from "./errors.ts";
import { abandonMeeting, createMeeting, type Meeting } from "./meeting.ts";
import { sharedFloats } from "./shared-floats.ts";
import { teamStep } from "./team-step.ts";
import { sizeOf, weightLayout } from "./weight-layout.ts";
import type { Statistics, WorkerData } from "./worker-data.ts";
import { startWorker, type WorkerThread } from "./worker-thread.ts";

export interface TeamOptions {
  /** Threads. Default: as many as the machine runs at once. */
  readonly workers?: number;
  /** By what batch normalisation normalises. Default "synchronized". */
  readonly statistics?: Statistics;
  /** URLs of modules that register the model's own layer classes; every worker imports them. Default none. */
  readonly modules?: readonly string[];
  /** How long a worker waits for the others in batch normalisation before it gives up. Default 10 minutes. */
  readonly timeoutMs?: number;
}

export interface Team {
  readonly workers: number;
  /**
   * As `trainStep` of @secateur/training: changes the model's weights once and its moving averages, and disposes the
   * batch. It needs no `this`, so it can be the `takeStep` of `fit`. One step at a time.
   *
   * @throws NonFiniteLossError, TrainingError as `trainStep`; TeamError when a worker fails. The model stays as it was.
   */
  readonly trainStep: (optimizer: Optimizer, batch: Batch, options?: TrainStepOptions) => Promise<StepResult>;
  /** Ends the threads; a step that is under way rejects. */
  readonly dispose: () => Promise<void>;
}

/**
 * Starts a team for a model as it is now: layers that are added later are not known to it. Weights may change between
 * the steps, and layers may be frozen. Dropout draws in every worker by itself.
 *
 * @throws TeamError when a worker cannot start.
 *
 * @example
 * const team = await startTeam(model, { workers: 2 });
 * for await (const event of fit(model, data, { epochs: 10, optimizer, takeStep: team.trainStep })) console.log(event);
 * await team.dispose();
 */
export async function startTeam(model: tfl.LayersModel, options: TeamOptions = {}): Promise<Team> {
  const { workers = availableParallelism() } = options;
  if (!Number.isInteger(workers) || workers < 1) {
    throw new TeamError(`a team has a whole number of workers, 1 or more, not ${workers}`);
  }
  const layout = weightLayout(model);
  const weights = sharedFloats(sizeOf(layout));
  const meeting = createMeeting(workers);
  const data = workersData(model, { ...options, workers }, { layout, weights, meeting });
  const threads = await startAll(data);
  const results = data.map((worker) => worker.results);
  return manage(meeting, threads, teamStep(model, { layout, weights, meeting, threads, results }));
}

function workersData(
  model: tfl.LayersModel,
  {
    workers,
    statistics = "synchronized",
    modules = [],
    timeoutMs = 600_000,
  }: TeamOptions & { workers: number },
  common: Pick<WorkerData, "layout" | "weights" | "meeting">,
): readonly WorkerData[] {
  const topology = JSON.stringify(model.toJSON(undefined, false));
  return Array.from({ length: workers }, (_, index) => {
    const results = sharedFloats(common.weights.length);
    return { index, topology, modules, statistics, timeoutMs, ...common, results };
  });
}

/** All or none. */
async function startAll(data: readonly WorkerData[]): Promise<readonly WorkerThread[]> {
  const started = await Promise.allSettled(data.map(startWorker));
  const threads = started.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const failed = started.find((start) => start.status === "rejected");
  if (failed === undefined) return threads;
  await Promise.all(threads.map(({ stop }) => stop()));
  throw failed.reason;
}

/** One step at a time, none after the end. */
function manage(meeting: Meeting, threads: readonly WorkerThread[], step: Team["trainStep"]): Team {
  let state: "idle" | "busy" | "disposed" = "idle";
  return {
    workers: threads.length,
    async trainStep(optimizer, batch, options) {
      if (state !== "idle") {
        disposeBatch(batch);
        const problem =
          state === "busy" ? "is still at a step: await it first" : "is disposed: start another";
        throw new TeamError(`this team ${problem}`);
      }
      state = "busy";
      try {
        return await step(optimizer, batch, options);
      } finally {
        if (state === "busy") state = "idle";
      }
    },
    async dispose() {
      state = "disposed";
      abandonMeeting(meeting);
      await Promise.all(threads.map(({ stop }) => stop()));
    },
  };
}
