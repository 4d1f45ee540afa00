/** Where downloaded data lives: `SECATEUR_CACHE`, or the operating system's folder for caches. */
import { resolve } from "node:path";
import envPaths from "env-paths";

export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment["SECATEUR_CACHE"];
  return chosen ? resolve(chosen) : envPaths("secateur", { suffix: "" }).cache;
}
