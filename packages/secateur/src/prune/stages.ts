/** Progress of `pruneOnce`, whose stages follow each other: scoring, choosing units, repairing layers. */
import type { Progress, Task } from "@secateur/command-line";
import { batchSize as sizeOf, type UnlabelledBatch } from "@secateur/training";

export interface Stages {
  /** Yields the minibatches and counts their images. */
  readonly scoring: (batches: Iterable<UnlabelledBatch>) => Iterable<UnlabelledBatch>;
  readonly repairing: (done: number, total: number) => void;
  readonly done: () => void;
}

/** @param count - The number of images that are scored. */
export function startStages(progress: Progress, count: number): Stages {
  let task: Task | null = null;
  let layers = 0;
  const next = (label: string, total: number): Task => {
    task?.done();
    task = progress.task(label, total);
    return task;
  };
  return {
    *scoring(batches) {
      const scoring = next("Scoring", count);
      for (const batch of batches) {
        const size = sizeOf(batch);
        yield batch;
        scoring.advance(size);
      }
      next("Choosing units", 1);
    },
    repairing(done, total) {
      if (layers === 0) next("Repairing", total);
      task?.advance(done - layers);
      layers = done;
    },
    done: () => task?.done(),
  };
}
