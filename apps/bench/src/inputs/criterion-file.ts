/**
 * A criterion from a user's file. The file exports `criterion` (or a default): an object with name, observes and score,
 * or a function that receives a toolkit and returns such an object. So the file needs no imports of its own.
 */
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { type Criterion, defineCriterion } from "@secateur/criteria";
import * as tf from "@tensorflow/tfjs-core";
import { tsImport } from "tsx/esm/api";
import { UsageError } from "../cli/usage-error.ts";
import { unpruned } from "../compare/results.ts";

export class CriterionFileError extends UsageError {
  override readonly name = "CriterionFileError";
}

/** Names are headings of tables and parts of file names. */
const maximumNameLength = 60;

/** Other names in the tables. */
const reserved: ReadonlySet<string> = new Set([unpruned]);

/** The argument of an exported function: `({ tf, defineCriterion, seed }) => defineCriterion({ … })`. */
interface CriterionToolkit {
  readonly tf: typeof tf;
  readonly defineCriterion: typeof defineCriterion;
  readonly seed: number;
}

export interface LoadedCriterion {
  readonly name: string;
  /** Like an entry of the criteria package's table. */
  readonly make: (seed: number) => Criterion;
}

/**
 * @param file - Absolute path of a .ts or .js module.
 * @param taken - Names of the other criteria.
 * @throws CriterionFileError with one sentence
 */
export async function loadCriterion(file: string, taken: readonly string[]): Promise<LoadedCriterion> {
  const exported = await importCriterion(file);
  const make = (seed: number): Criterion =>
    checked(file, () => evaluateExport(exported, { tf, defineCriterion, seed }));
  const { name } = make(0);
  if (!/^[\w.-]+$/.test(name)) {
    throw new CriterionFileError(
      `${file}: the criterion's name "${name}" may contain letters, digits, ".", "-" and "_" only.`,
    );
  }
  if (name.length > maximumNameLength) {
    throw new CriterionFileError(
      `${file}: the criterion's name has ${name.length} characters; at most ${maximumNameLength} are allowed.`,
    );
  }
  if (taken.includes(name) || reserved.has(name)) {
    throw new CriterionFileError(
      `${file}: the name "${name}" is taken by another ${reserved.has(name) ? "row of the results" : "criterion"}. Choose another name.`,
    );
  }
  return { name, make };
}

function evaluateExport(exported: unknown, toolkit: CriterionToolkit): unknown {
  return typeof exported === "function" ? Reflect.apply(exported, undefined, [toolkit]) : exported;
}

function checked(file: string, make: () => unknown): Criterion {
  try {
    const value = make();
    if (value instanceof Promise) {
      value.catch(() => undefined); // reported here; otherwise Node would end the process
      throw new CriterionFileError(
        `${file}: the exported function is async; it must return the criterion itself.`,
      );
    }
    if (isShaped(value)) return Object.freeze({ ...defineCriterion(value), source: file });
    throw new CriterionFileError(
      `${file} must export an object with name, observes and score, or a function that returns one, not ${value === null ? "null" : typeof value}.`,
    );
  } catch (error) {
    if (error instanceof CriterionFileError) throw error;
    throw new CriterionFileError(`${file}: ${firstLine(error)}.`, { cause: error });
  }
}

async function importCriterion(file: string): Promise<unknown> {
  if (!fs.existsSync(file)) throw new CriterionFileError(`--criterion: there is no file ${file}.`);
  const loaded = await importModule(file);
  const fallback = loaded["default"];
  // A CommonJS module arrives as the default export of a wrapper.
  const module = isRecord(fallback) && !isShaped(fallback) ? fallback : loaded;
  const exported = loaded["criterion"] ?? module["criterion"] ?? module["default"];
  if (exported !== undefined) return exported;
  const names = Object.keys(module).join(", ") || "nothing";
  throw new CriterionFileError(`${file} exports ${names}; it must export "criterion" or a default.`);
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await tsImport(pathToFileURL(file).href, import.meta.url);
  } catch (error) {
    throw new CriterionFileError(`${file} cannot be loaded: ${firstLine(error)}.`, { cause: error });
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Enough for `defineCriterion`, which checks the rest. */
const isShaped = (value: unknown): value is Criterion =>
  isRecord(value) && ("score" in value || "observes" in value);

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n").find((line) => line.trim() !== "") ?? "no reason given").replace(/\.$/, "");
}
