/**
 * A criterion from a user's file. The file exports `criterion` (or a default): an object with name, observes and score,
 * or a function that returns one and is given a toolkit, so that the file needs no imports of its own.
 */
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import { type Criterion, defineCriterion } from "@secateur/criteria";
import * as tf from "@tensorflow/tfjs-core";
import { tsImport } from "tsx/esm/api";

export class PluginError extends Error {
  override readonly name = "PluginError";
}

/** What an exported function is called with: `({ tf, defineCriterion, seed }) => defineCriterion({ … })`. */
export interface CriterionToolkit {
  readonly tf: typeof tf;
  readonly defineCriterion: typeof defineCriterion;
  readonly seed: number;
}

export interface LoadedCriterion {
  readonly name: string;
  /** Like an entry of the criteria package's own table. */
  readonly make: (seed: number) => Criterion;
}

/**
 * @param file absolute path of a .ts or .js module
 * @param taken names of the criteria it will stand beside
 * @throws PluginError with one sentence
 */
export async function loadCriterion(file: string, taken: readonly string[]): Promise<LoadedCriterion> {
  const exported = await importCriterion(file);
  const make = (seed: number): Criterion =>
    checked(file, () => made(exported, { tf, defineCriterion, seed }));
  const { name } = make(0);
  if (!/^[\w.-]+$/.test(name)) {
    throw new PluginError(
      `${file}: the criterion's name "${name}" may have letters, digits, ".", "-" and "_" only.`,
    );
  }
  if (taken.includes(name)) {
    throw new PluginError(`${file}: the name "${name}" is taken by another criterion. Choose another.`);
  }
  return { name, make };
}

function made(exported: unknown, toolkit: CriterionToolkit): unknown {
  return typeof exported === "function" ? Reflect.apply(exported, undefined, [toolkit]) : exported;
}

function checked(file: string, make: () => unknown): Criterion {
  const what = "an object with name, observes and score, or a function that returns one";
  try {
    const value = make();
    if (isShaped(value)) return defineCriterion(value);
    throw new PluginError(`${file} must export ${what}, not ${value === null ? "null" : typeof value}.`);
  } catch (error) {
    if (error instanceof PluginError) throw error;
    throw new PluginError(`${file}: ${firstLine(error)}.`, { cause: error });
  }
}

async function importCriterion(file: string): Promise<unknown> {
  if (!fs.existsSync(file)) throw new PluginError(`There is no file ${file}, which --criterion names.`);
  const loaded = await imported(file);
  const fallback = loaded["default"];
  // A CommonJS module arrives as the default export of another.
  const module = isRecord(fallback) && !isShaped(fallback) ? fallback : loaded;
  const exported = loaded["criterion"] ?? module["criterion"] ?? module["default"];
  if (exported !== undefined) return exported;
  const names = Object.keys(module).join(", ") || "nothing";
  throw new PluginError(`${file} exports ${names}; it must export "criterion" or a default.`);
}

async function imported(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await tsImport(pathToFileURL(file).href, import.meta.url);
  } catch (error) {
    throw new PluginError(`${file} cannot be loaded: ${firstLine(error)}.`, { cause: error });
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Enough to hand it to `defineCriterion`, which checks the rest. */
const isShaped = (value: unknown): value is Criterion =>
  isRecord(value) && ("score" in value || "observes" in value);

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split("\n").find((line) => line.trim() !== "") ?? "no reason given").replace(/\.$/, "");
}
