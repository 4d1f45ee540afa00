/** `bench:cifar10`: train, prune by several criteria, fine-tune, compare. */
import { cifar10 } from "./compare/cifar10-program.ts";
import { compareEvents } from "./compare/events.ts";
import { runComparison } from "./compare/run-comparison.ts";
import { runInDirectory } from "./run/run-program.ts";

await runInDirectory(cifar10, compareEvents, runComparison);
