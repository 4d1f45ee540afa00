// Imports a package that may not be installed, and says in plain words why it could not be.

import { EngineStartError } from "./engine-recipe.ts";

const firstLine = (text: string): string => text.split("\n")[0] ?? text;

/** Node, bundlers and test runners each word it their way, but all quote the name; a file missing inside is a path. */
const isMissing = (error: unknown, packageName: string): boolean =>
  error instanceof Error &&
  /cannot find|could not resolve|failed to resolve/i.test(error.message) &&
  [`'${packageName}'`, `"${packageName}"`].some((quoted) => error.message.includes(quoted));

/**
 * @returns The package's exports.
 * @throws EngineStartError "… is not installed", or the first line of what the package itself threw.
 */
export const importOptional = async (packageName: string): Promise<Readonly<Record<string, unknown>>> => {
  try {
    return await import(packageName);
  } catch (error) {
    if (isMissing(error, packageName)) {
      throw new EngineStartError(`${packageName} is not installed`);
    }
    const cause = error instanceof Error ? firstLine(error.message) : String(error);
    throw new EngineStartError(`${packageName} is installed but does not load (${cause})`);
  }
};
