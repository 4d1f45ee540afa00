/** `bench:imagenet`: prune a trained network by several criteria and compare, run a row of the paper's table, or list architectures. */
import process from "node:process";
import { architectures } from "./architecture/program.ts";
import { runArchitectures } from "./architecture/run-architectures.ts";
import { compareEvents } from "./compare/events.ts";
import { imagenet } from "./compare/imagenet-program.ts";
import { runComparison } from "./compare/run-comparison.ts";
import { chosenProgram } from "./experiments/chosen-program.ts";
import { experimentEvents } from "./experiments/events.ts";
import { list } from "./experiments/list/program.ts";
import { runList } from "./experiments/list/run-list.ts";
import { resuming } from "./experiments/program.ts";
import { runExperiment } from "./experiments/run-experiment.ts";
import { smoke } from "./experiments/smoke/program.ts";
import { runSmoke } from "./experiments/smoke/run-smoke.ts";
import { runInDirectory, runProgram } from "./run/run-program.ts";

const { program, resumed } = chosenProgram(process.argv.slice(2), process.cwd());
if (program === "experiment") await runInDirectory(resuming(resumed), experimentEvents, runExperiment);
else if (program === "architecture-only") await runProgram(architectures, runArchitectures);
else if (program === "list") await runProgram(list, runList);
else if (program === "smoke") await runProgram(smoke, runSmoke);
else await runInDirectory(imagenet, compareEvents, runComparison);
