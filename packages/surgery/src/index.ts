/** @packageDocumentation Removes units from a `tf.LayersModel`, and verifies the removal. */
export { applyPlan, type SurgeryOptions } from "./apply-plan.ts";
export { composePlans } from "./compose-plans.ts";
export { InvalidPlanError, RemovalMismatchError, SurgeryError } from "./errors.ts";
export { gatherKept } from "./gather-kept.ts";
export { type KeptIndices, keptIndices } from "./kept-indices.ts";
export { checkPlan, createPlan, type Plan, parsePlan, unitsToRemove } from "./plan.ts";
export { silence } from "./silence.ts";
export { traceUnits, type UnitAddress } from "./trace-units.ts";
export { type Verification, type VerifyOptions, verifyPlan } from "./verify-plan.ts";
