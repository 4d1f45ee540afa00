/** The criteria of a run by name: built-in ones, then those from files. */
import { type LoadedCriterion, loadCriterion } from "@secateur/command-line";
import { type Criterion, criterionNames, criterionTable } from "@secateur/criteria";
import { tsImport } from "tsx/esm/api";
import { unpruned } from "../compare/table-rows.ts";

/** In place of names: every built-in criterion that applies to the network. */
export const allCriteria = "all";

/** In the order of the tables. */
export type CriterionFactories = ReadonlyMap<string, (seed: number) => Criterion>;

export interface CriterionSettings {
  /** Names of built-in criteria, in the order of the tables. */
  readonly criteria: readonly string[];
  /** Absolute paths of files that each export one more criterion. */
  readonly criterion: readonly string[];
}

export async function loadCriteria({ criteria, criterion }: CriterionSettings): Promise<CriterionFactories> {
  const builtIn = criterionNames
    .filter((name) => criteria.includes(name) || criteria.includes(allCriteria))
    .toSorted((a, b) => criteria.indexOf(a) - criteria.indexOf(b));
  const factories = new Map<string, (seed: number) => Criterion>(
    builtIn.map((name) => [name, criterionTable[name]]),
  );
  for (const file of criterion) {
    const { name, make } = await loadCriterionFile(file, [...criterionNames, ...factories.keys()]);
    factories.set(name, make);
  }
  return factories;
}

/** @param taken - Names of the other criteria. */
export function loadCriterionFile(file: string, taken: readonly string[]): Promise<LoadedCriterion> {
  return loadCriterion(file, [unpruned, ...taken], importTypeScript);
}

/** Reads TypeScript on every version of Node. */
const importTypeScript = (url: string): Promise<Readonly<Record<string, unknown>>> =>
  tsImport(url, import.meta.url);
