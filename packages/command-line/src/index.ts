/** @packageDocumentation What Secateur's command-line programs share: flags and help, errors, progress, Ctrl-C, plugin files. */
export { helpText } from "./arguments/command.ts";
export { asFlags, flagName, quoted } from "./arguments/command-line.ts";
export type { Flag, FlagKind, Flags, Program } from "./arguments/program.ts";
export { checkSettings, readSettings } from "./arguments/read-settings.ts";
export { readTextFile } from "./arguments/text-file.ts";
export { suggestion, UsageError } from "./arguments/usage-error.ts";
export {
  amount,
  count,
  filePath,
  firstProblem,
  namesOf,
  number,
  oneOf,
  shown,
  unique,
} from "./arguments/values.ts";
export { type LoadedCriterion, loadCriterion } from "./criterion-file.ts";
export { importPlugin, isRecord, type LoadModule, PluginFileError } from "./plugin-file.ts";
export { describeFailure, exitCodes, type Failure, wantsDebug } from "./process/failure.ts";
export { onInterrupt } from "./process/interrupt.ts";
export { createProgress, formatDuration, type Progress, type Task } from "./process/progress.ts";
export { versions } from "./process/versions.ts";
