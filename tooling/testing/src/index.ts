/** What tests share: the matcher's types, and random networks. */
export type { Numbers, Tolerance } from "./all-close.ts";
export {
  type ArchitectureSpec,
  architecture,
  buildArchitecture,
  randomizeWeights,
} from "./random-architecture.ts";
