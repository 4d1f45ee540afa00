/** What one run does: train, score, prune, fine-tune, and write down what came of it. */
import type { KnownNames } from "./config.ts";
import type { Progress } from "./progress.ts";
import type { RunDirectory } from "./run-directory.ts";

/** What the run may use to talk to the person who started it, and to the disk. */
export interface RunInterface {
  readonly run: RunDirectory;
  readonly progress: Progress;
  readonly known: KnownNames;
  /** A line of the result, to stdout. */
  readonly print: (line: string) => void;
}

export async function runExperiment({ run }: RunInterface): Promise<void> {
  throw new Error(`runExperiment is not written yet (${run.config.model})`);
}
