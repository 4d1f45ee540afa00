/** `bench:imagenet`: prune a trained network by several criteria, fine-tune, compare. */

import { imagenet } from "./compare/imagenet-program.ts";
import { runExperiment } from "./compare/run-comparison.ts";
import { runInDirectory } from "./run/run-program.ts";

await runInDirectory(imagenet, runExperiment);
