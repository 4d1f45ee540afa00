/** `bench:cifar10`: train, prune by several criteria, fine-tune, compare. */
import { cifar10 } from "./cifar10/program.ts";
import { runExperiment } from "./experiment.ts";
import { runInDirectory } from "./run-program.ts";

await runInDirectory(cifar10, runExperiment);
