/** @packageDocumentation Checks whether an engine computes correctly on this machine. */
export { type Diagnoses, type Diagnosis, describeChoice, diagnoseEngines } from "./diagnose.ts";
export { type CheckResult, runChecks } from "./run-checks.ts";
export { runSelfTest, type SelfTestResult, type TestedDevice, type Workaround } from "./run-self-test.ts";
