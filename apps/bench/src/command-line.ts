/** The command line that repeats a run of `bench:cifar10` from the beginning: only what differs from the defaults. */
import { cifar10 } from "./cifar10-program.ts";
import { asFlags, commandOf } from "./cli/as-typed.ts";
import { type BenchConfig, completeConfig, defaults } from "./config.ts";
import { trainedWeights } from "./trained.ts";

export function commandLine(config: BenchConfig): string {
  const { quick, iterative, model, weights } = config;
  const comesTrained = weights !== null && weights === trainedWeights(model);
  const base = completeConfig({ quick, iterative, ...(comesTrained ? { model } : { weights }) });
  const switches = { quick: false, iterative: false };
  const asked = { ...base, ...switches, model: defaults.model, ...(comesTrained ? {} : { weights: null }) };
  const changed = Object.entries(config).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(asked[key as keyof BenchConfig]),
  );
  return [commandOf(cifar10.name), ...asFlags(Object.fromEntries(changed), cifar10.flags)].join(" ");
}
