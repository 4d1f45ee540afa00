// Whether an engine computes correctly here. Node only.

export { type CheckResult, runChecks } from "./run-checks.ts";
export { type Trial, type TriedDevice, tryEngine, type Workaround } from "./trial.ts";
