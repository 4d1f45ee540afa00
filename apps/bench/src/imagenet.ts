/** `bench:imagenet`: prune a trained network by several criteria, fine-tune, compare. */
import { runExperiment } from "./experiment.ts";
import { imagenet } from "./imagenet/program.ts";
import { runInDirectory } from "./run-program.ts";

await runInDirectory(imagenet, runExperiment);
