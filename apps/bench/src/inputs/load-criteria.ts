/** The criteria of a run by name: built-in ones, and those from files. */
import { type Criterion, criterionNames, criterionTable } from "@secateur/criteria";
import type { BenchConfig } from "../compare/config.ts";
import { loadCriterion } from "./criterion-file.ts";

/** In the order of the tables. */
export type CriterionFactories = ReadonlyMap<string, (seed: number) => Criterion>;

export async function loadCriteria({
  criteria,
  criterion,
}: Pick<BenchConfig, "criteria" | "criterion">): Promise<CriterionFactories> {
  const factories = new Map<string, (seed: number) => Criterion>();
  for (const name of criterionNames) if (criteria.includes(name)) factories.set(name, criterionTable[name]);
  const ordered = new Map([...factories].sort(([a], [b]) => criteria.indexOf(a) - criteria.indexOf(b)));
  for (const file of criterion) {
    const { name, make } = await loadCriterion(file, [...criterionNames, ...ordered.keys()]);
    ordered.set(name, make);
  }
  return ordered;
}
