/** What tests share: the matcher, the leak guard, and random networks. */
export { type Numbers, type Tolerance, toBeAllClose } from "./all-close.ts";
export { allowLeaks, checkTensors, countTensors } from "./leak-guard.ts";
export {
  type ArchitectureSpec,
  architecture,
  buildArchitecture,
  randomizeWeights,
} from "./random-architecture.ts";
