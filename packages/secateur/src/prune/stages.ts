/** Progress of `pruneOnce`, whose stages follow each other: scoring, choosing units, repairing layers. */
import type { Progress, Task } from "@secateur/command-line";
import { batchSize as sizeOf, type UnlabelledBatch } from "@secateur/training";

export interface Stages {
  /** Yields the minibatches and counts their images. */
  readonly scoring: (batches: Iterable<UnlabelledBatch>) => Iterable<UnlabelledBatch>;
  /** Groups of units. */
  readonly choosing: (done: number, total: number) => void;
  /** Layers. */
  readonly repairing: (done: number, total: number) => void;
  readonly done: () => void;
}

/** @param count - The number of images that are scored. */
export function startStages(progress: Progress, count: number): Stages {
  let task: Task | null = null;
  let stage = "";
  let share = 0;
  const next = (label: string, total = 1): Task => {
    task?.done();
    stage = label;
    share = 0;
    task = progress.task(label, total);
    return task;
  };
  const advanceTo = (done: number, total: number): void => {
    task?.advance(done / total - share);
    share = done / total;
  };
  return {
    *scoring(batches) {
      const scoring = next("Scoring", count);
      for (const batch of batches) {
        const size = sizeOf(batch);
        yield batch;
        scoring.advance(size);
      }
      next("Choosing units");
    },
    choosing(done, total) {
      advanceTo(done, total);
      if (done === total) next("Repairing");
    },
    repairing(done, total) {
      if (stage !== "Repairing") next("Repairing"); // no group's units could be chosen anew
      advanceTo(done, total);
    },
    done: () => task?.done(),
  };
}
