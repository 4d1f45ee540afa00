/** Test utilities: matcher, leak guard, random networks, conformance kits. */
export { type Numbers, type Tolerance, toBeAllClose } from "./all-close.ts";
export { describeModel, type ModelEntry, type ModelOptions } from "./describe-model.ts";
export { allowLeaks, checkTensors, countTensors } from "./leak-guard.ts";
export {
  type ArchitectureSpec,
  architecture,
  buildArchitecture,
  randomizeWeights,
} from "./random-architecture.ts";
