/** `bench:compensation`: the accuracy of pruned networks whose remaining weights are refitted, without training. */
import { compensationEvents } from "./compensation/events.ts";
import { compensation } from "./compensation/program.ts";
import { runCompensation } from "./compensation/run-compensation.ts";
import { runInDirectory } from "./run/run-program.ts";

await runInDirectory(compensation, compensationEvents, runCompensation);
