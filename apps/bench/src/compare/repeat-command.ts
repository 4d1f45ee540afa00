/** The command that repeats a run from the start: the settings that differ from the program's defaults. */
import { asFlags } from "@secateur/command-line";
import type { BenchProgram } from "../cli/program.ts";
import { type DataSet, dataSetOf } from "../inputs/data-set.ts";
import { trainedWeights } from "../inputs/weights.ts";
import { cifar10 } from "./cifar10-program.ts";
import type { CompareConfig } from "./config.ts";
import { imagenet } from "./imagenet-program.ts";

const programs: Readonly<Record<DataSet, BenchProgram<CompareConfig>>> = { cifar10, imagenet };

export function repeatCommand(config: CompareConfig): string {
  const { command, flags, defaults, complete } = programs[dataSetOf(config.model)];
  const { quick, iterative, data, network, model, weights } = config;
  const usesOwnWeights = weights !== null && model !== null && weights === trainedWeights(model);
  const implied = complete({
    quick,
    iterative,
    data,
    network,
    ...(usesOwnWeights ? { model } : { weights }),
  });
  const expected = new Map<string, unknown>(
    Object.entries({
      ...implied,
      quick: false,
      iterative: false,
      data: null,
      network: null,
      model: defaults.model,
      ...(usesOwnWeights ? {} : { weights: null }),
    }),
  );
  const changed = Object.entries(config).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(expected.get(key)),
  );
  return [command, ...asFlags(Object.fromEntries(changed), flags)].join(" ");
}
