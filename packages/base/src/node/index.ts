/** @packageDocumentation For Node only: the cache folder, staging folders, a check whether a process still runs. */
export { cacheFolder } from "./cache-folder.ts";
export { isRunning, type ProcessIdentity, thisProcess } from "./process-identity.ts";
export { fillFolder, withStaging } from "./staging.ts";
