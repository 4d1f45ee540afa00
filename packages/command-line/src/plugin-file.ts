/**
 * A user's module: its imports resolve from the file's own project. It exports a value under a name, or as its default.
 */
import fs from "node:fs";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "./arguments/usage-error.ts";
import { pluginFault } from "./plugin-fault.ts";

/** A plugin's file cannot be used: one sentence, exit code 2. */
export class PluginFileError extends UsageError {
  override readonly name = "PluginFileError";
}

type Exports = Readonly<Record<string, unknown>>;

/** Imports a module by its `file:` URL. */
export type LoadModule = (url: string) => Promise<Exports>;

const importModule: LoadModule = (url) => import(url);

/**
 * @param file - Absolute path of a module.
 * @param name - The export's name, and the flag that names the file, without its dashes.
 * @param isValue - Whether a default export is the value, not the wrapper of a CommonJS module.
 * @throws PluginFileError with one sentence.
 */
export async function importPlugin(
  file: string,
  name: string,
  isValue: (exported: unknown) => boolean,
  load: LoadModule = importModule,
): Promise<unknown> {
  if (!fs.existsSync(file)) throw new PluginFileError(`--${name}: there is no file ${file}.`);
  const loaded = await loadFile(file, load);
  const fallback = loaded["default"];
  const module = isRecord(fallback) && !isValue(fallback) ? fallback : loaded;
  const exported = loaded[name] ?? module[name] ?? module["default"];
  if (exported !== undefined) return exported;
  const names = Object.keys(module).join(", ") || "nothing";
  throw new PluginFileError(`${file} exports ${names}; it must export "${name}" or a default.`);
}

async function loadFile(file: string, load: LoadModule): Promise<Exports> {
  try {
    return await load(pathToFileURL(file).href);
  } catch (error) {
    const isUnknown =
      error instanceof Error && "code" in error && error.code === "ERR_UNKNOWN_FILE_EXTENSION";
    const { place, reason } = isUnknown
      ? {
          place: file,
          reason: `Node ${process.versions.node} does not read ${extname(file)} files: use Node 22.18 or newer, or write it as .mjs`,
        }
      : pluginFault(error, file);
    throw new PluginFileError(`${place} cannot be loaded: ${reason}.`, { cause: error });
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
