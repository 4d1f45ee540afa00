/** `bench:imagenet --architecture-only`: the tables of networks and budgets. */
import process from "node:process";
import { useBackend } from "@secateur/backend";
import type { RunCommand } from "../cli/parse-arguments.ts";
import { readExperiments } from "../experiments/experiment.ts";
import { modelsFor } from "../inputs/data-set.ts";
import { measureArchitecture } from "./measure-architecture.ts";
import type { ArchitectureConfig } from "./program.ts";
import { budgetsTable, networksTable } from "./tables.ts";

const legend = `Units: what can be removed, channels that are tied together count once. Gates: where the paper multiplies; channels of a residual
branch and of its stage count twice, the first convolution's not at all. The paper's MACs and parameters are read off its figure (±0.02 G,
±0.2 M).`;

export async function runArchitectures({
  config: { model },
}: Pick<RunCommand<ArchitectureConfig>, "config">): Promise<void> {
  await useBackend("cpu");
  const names = model === null ? modelsFor("imagenet") : [model];
  const rows = readExperiments().filter((experiment) => names.includes(experiment.model));
  process.stdout.write(`${networksTable(names.map(measureArchitecture), rows)}\n`);
  process.stdout.write(`\n${legend}\n`);
  if (rows.length > 0) process.stdout.write(`\n${budgetsTable(rows)}\n`);
}
