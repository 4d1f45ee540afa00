/**
 * A criterion from a user's file. The file exports `criterion` (or a default): an object with name, observes and score,
 * or a function that receives a toolkit and returns such an object. So the file needs no imports of its own.
 */
import { type Criterion, defineCriterion } from "@secateur/criteria";
import * as tf from "@tensorflow/tfjs-core";
import { pluginFault } from "./plugin-fault.ts";
import { importPlugin, isRecord, type LoadModule, PluginFileError } from "./plugin-file.ts";

/** Names are headings of tables and parts of file names. */
const maximumNameLength = 60;

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
 * @param file - Absolute path of a module.
 * @param taken - Names that the criterion may not have: of other criteria and of other rows of the results.
 * @param load - Default: Node's own import, which reads TypeScript from Node 22.18 on.
 * @throws PluginFileError with one sentence.
 *
 * @example const { make } = await loadCriterion("/home/me/mine.mjs", criterionNames);
 */
export async function loadCriterion(
  file: string,
  taken: readonly string[],
  load?: LoadModule,
): Promise<LoadedCriterion> {
  const exported = await importPlugin(file, "criterion", isShaped, load);
  const make = (seed: number): Criterion =>
    checked(file, () => evaluateExport(exported, { tf, defineCriterion, seed }));
  const { name } = make(0);
  if (!/^[\w.-]+$/.test(name)) {
    throw new PluginFileError(
      `${file}: the criterion's name "${name}" may contain letters, digits, ".", "-" and "_" only.`,
    );
  }
  if (name.length > maximumNameLength) {
    throw new PluginFileError(
      `${file}: the criterion's name has ${name.length} characters; at most ${maximumNameLength} are allowed.`,
    );
  }
  if (taken.includes(name)) {
    throw new PluginFileError(`${file}: the name "${name}" is taken. Choose another name.`);
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
      throw new PluginFileError(
        `${file}: the exported function is async; it must return the criterion itself.`,
      );
    }
    if (isShaped(value)) return Object.freeze({ ...defineCriterion(value), source: file });
    throw new PluginFileError(
      `${file} must export an object with name, observes and score, or a function that returns one, not ${value === null ? "null" : typeof value}.`,
    );
  } catch (error) {
    if (error instanceof PluginFileError) throw error;
    const { place, reason } = pluginFault(error, file);
    throw new PluginFileError(`${place}: ${reason}.`, { cause: error });
  }
}

/** Enough for `defineCriterion`, which checks the rest. */
const isShaped = (value: unknown): value is Criterion =>
  isRecord(value) && ("score" in value || "observes" in value);
