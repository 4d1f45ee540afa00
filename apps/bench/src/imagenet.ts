/** `bench:imagenet`: prune a trained network by several criteria, fine-tune, compare. */
import { compareEvents } from "./compare/events.ts";
import { imagenet } from "./compare/imagenet-program.ts";
import { runComparison } from "./compare/run-comparison.ts";
import { runInDirectory } from "./run/run-program.ts";

await runInDirectory(imagenet, compareEvents, runComparison);
