/** The command line that repeats a run from the beginning: only what differs from its program's defaults. */

import { asFlags, commandOf } from "../cli/command-line.ts";
import type { Program } from "../cli/program.ts";
import { type DataSet, dataSetOf } from "../inputs/data-set.ts";
import { trainedWeights } from "../inputs/trained-weights.ts";
import { cifar10 } from "./cifar10-program.ts";
import type { BenchConfig } from "./config.ts";
import { imagenet } from "./imagenet-program.ts";

const programs: Readonly<Record<DataSet, Program<BenchConfig>>> = { cifar10, imagenet };

export function commandLine(config: BenchConfig): string {
  const { name, flags, defaults, complete } = programs[dataSetOf(config.model)];
  const { quick, iterative, model, weights } = config;
  const comesTrained = weights !== null && weights === trainedWeights(model);
  const base = complete({ quick, iterative, ...(comesTrained ? { model } : { weights }) });
  const switches = { quick: false, iterative: false };
  const asked = { ...base, ...switches, model: defaults.model, ...(comesTrained ? {} : { weights: null }) };
  const changed = Object.entries(config).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(asked[key as keyof BenchConfig]),
  );
  return [commandOf(name), ...asFlags(Object.fromEntries(changed), flags)].join(" ");
}
