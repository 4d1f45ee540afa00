/** `bench:imagenet`: prune a trained network by several criteria and compare, or run a row of the paper's table. */
import process from "node:process";
import { compareEvents } from "./compare/events.ts";
import { imagenet } from "./compare/imagenet-program.ts";
import { runComparison } from "./compare/run-comparison.ts";
import { chosenProgram } from "./experiments/chosen-program.ts";
import { experimentEvents } from "./experiments/events.ts";
import { experiments } from "./experiments/program.ts";
import { runExperiment } from "./experiments/run-experiment.ts";
import { runInDirectory } from "./run/run-program.ts";

const choice = chosenProgram(process.argv.slice(2), process.cwd());
if (choice === "experiment") await runInDirectory(experiments, experimentEvents, runExperiment);
else await runInDirectory(imagenet, compareEvents, runComparison);
