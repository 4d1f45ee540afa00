/** Where in a user's module an error is, and what it says: from the error, or from Node's own syntax check of the file. */
import { spawnSync } from "node:child_process";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface PluginFault {
  /** The file, and the line where it is known: `/home/me/mine.mjs:3`. */
  readonly place: string;
  /** One line without a full stop. */
  readonly reason: string;
}

/** @param file - Absolute path of the module that was imported; an error can also be in a module that it imports. */
export function pluginFault(error: unknown, file: string): PluginFault {
  const transformed = error instanceof Error ? transformFault.exec(error.message) : null;
  const [, place, line, reason] = transformed ?? [];
  if (place !== undefined && reason !== undefined)
    return { place: `${place}:${line}`, reason: withoutStop(reason) };
  return { place: placeOf(error, file), reason: firstLine(error) };
}

/** esbuild's sentence about TypeScript that it cannot read. */
const transformFault = /^(.+):(\d+):\d+: ERROR: (.+)$/m;

function placeOf(error: unknown, file: string): string {
  if (!(error instanceof Error)) return file;
  const stack = error.stack ?? "";
  const first = firstPlace(stack);
  if (first !== null) return first;
  const frame = new RegExp(`${escaped(pathToFileURL(file).href)}[^\\s:]*:(\\d+):\\d+`).exec(stack);
  if (frame !== null) return `${file}:${frame[1]}`;
  if (!(error instanceof SyntaxError)) return file;
  // The error of an ES module does not hold its line.
  const { stderr } = spawnSync(process.execPath, ["--check", file], { encoding: "utf8", timeout: 10_000 });
  return firstPlace(stderr) ?? file;
}

/** Node writes `file:///home/me/mine.mjs:3` above the code and the name of a syntax error. */
function firstPlace(text: string): string | null {
  const [, place, line] = /^(file:\/\/\S+|\/.+):(\d+)$/.exec(text.split("\n")[0] ?? "") ?? [];
  if (place === undefined) return null;
  return `${place.startsWith("file:") ? fileURLToPath(place) : place}:${line}`;
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The first line of an error's message, without its full stop. */
function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return withoutStop(message.split("\n").find((line) => line.trim() !== "") ?? "no reason given");
}

const withoutStop = (text: string): string => text.replace(/\.$/, "");
