/** @packageDocumentation Cut units out of a `tf.LayersModel` for real, and prove that nothing else changed. */
export { applyPlan, type SurgeryOptions } from "./apply-plan.ts";
export { composePlans } from "./compose-plans.ts";
export { disposeModel } from "./dispose-model.ts";
export { InvalidPlanError, RemovalMismatchError, SurgeryError } from "./errors.ts";
export { gatherKept } from "./gather-kept.ts";
export { type KeptPositions, keptPositions } from "./kept-positions.ts";
export { checkPlan, createPlan, type Plan, parsePlan } from "./plan.ts";
export { silence } from "./silence.ts";
export { traceUnits, type UnitAddress } from "./trace-units.ts";
export { type Verification, type VerifyOptions, verifyPlan } from "./verify-plan.ts";
