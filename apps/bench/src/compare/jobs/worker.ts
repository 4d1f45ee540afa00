/** A worker process: prepares its own engine and data, then does one job after another for the process that made it. */
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import { useBackend } from "@secateur/backend";
import { loadBenchData } from "../../inputs/load-batches.ts";
import { type CriterionFactories, loadCriteria } from "../../inputs/load-criteria.ts";
import { isKnown } from "../../run/known-errors.ts";
import type { Job, JobEvent, WorkerSetup } from "./job.ts";
import { pruneIteratively } from "./prune-iteratively.ts";
import { pruneNetwork } from "./prune-network.ts";
import { trainNetwork } from "./train-network.ts";
import type { Setting } from "./trained-network.ts";

export type ToWorker =
  | { readonly type: "setup"; readonly setup: WorkerSetup }
  | { readonly type: "job"; readonly job: Job; readonly baseline: Setting["baseline"] | null };

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "event"; readonly event: JobEvent }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly message: string; readonly known: boolean; readonly stack: string };

interface Workshop {
  readonly setup: WorkerSetup;
  readonly data: Setting["data"];
  readonly criteria: CriterionFactories;
}

let workshop: Workshop | null = null;

async function handle(message: ToWorker): Promise<FromWorker> {
  if (message.type === "setup") {
    const { setup } = message;
    await useBackend(setup.engine);
    workshop = { setup, data: await loadBenchData(setup.config), criteria: await loadCriteria(setup.config) };
    return { type: "ready" };
  }
  if (workshop === null) throw new Error("a job came before the setup");
  for await (const event of events(message, workshop)) {
    send({ type: "event", event });
    await setImmediate(); // so that a vanished parent is noticed
  }
  return { type: "done" };
}

function events(
  { job, baseline }: Extract<ToWorker, { type: "job" }>,
  { setup, data, criteria }: Workshop,
): AsyncGenerator<JobEvent> {
  const { config } = setup;
  if (job.kind === "train") return trainNetwork(job, config, data);
  const make = criteria.get(job.criterion);
  if (make === undefined || baseline === null) throw new Error(`nothing to prune by "${job.criterion}" with`);
  const prune = config.iterative ? pruneIteratively : pruneNetwork;
  return prune(job, make(job.seed), { config, data, baseline });
}

/** Without anybody to tell there is nothing to do. */
function send(message: FromWorker): void {
  process.send?.(message, (error: Error | null) => {
    if (error !== null) process.exit();
  });
}

process.on("message", (message: ToWorker) => {
  handle(message).then(send, (error: unknown) => {
    const { message: text, stack = "" } = error instanceof Error ? error : new Error(String(error));
    send({ type: "failed", message: text, known: isKnown(error), stack });
  });
});
// The parent answers Ctrl-C; when it is gone, so is the work.
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit());
