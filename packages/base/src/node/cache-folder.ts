/** The folder for downloads, engines and self-test results. */
import { resolve } from "node:path";
import envPaths from "env-paths";

/** The environment variable `SECATEUR_CACHE`, or the operating system's cache folder. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment["SECATEUR_CACHE"];
  return chosen ? resolve(chosen) : envPaths("secateur", { suffix: "" }).cache;
}
