/**
 * Why an optional package could not be imported. The import itself stays a literal `import("…")` in a `try`, which
 * bundlers resolve and TypeScript types, and which bundlers accept where the package is missing.
 */
import { EngineStartError } from "./engine.ts";

/** The reason in plain words: "… is not installed", or the first line of what the package itself threw. */
export function importFailure(packageName: string, error: unknown): EngineStartError {
  if (isMissing(error, packageName)) return new EngineStartError(`${packageName} is not installed`);
  const cause = error instanceof Error ? firstLine(error.message) : String(error);
  return new EngineStartError(`${packageName} is installed but does not load (${cause})`);
}

const firstLine = (text: string): string => text.split("\n")[0] ?? text;

/** Node, bundlers and test runners differ in wording, but all quote the name; a file missing inside it is a path. */
const isMissing = (error: unknown, packageName: string): boolean =>
  error instanceof Error &&
  /cannot find|could not resolve|failed to resolve/i.test(error.message) &&
  [`'${packageName}'`, `"${packageName}"`].some((quoted) => error.message.includes(quoted));
