/** Where downloads, engines and test results are kept between runs. */
import { resolve } from "node:path";
import envPaths from "env-paths";

/** `SECATEUR_CACHE` where it is set, else the operating system's folder for caches. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment["SECATEUR_CACHE"];
  return chosen ? resolve(chosen) : envPaths("secateur", { suffix: "" }).cache;
}
