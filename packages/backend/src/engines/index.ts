/** @packageDocumentation What a package that adds engines needs: the form of an engine, its kernels and capabilities. */
export {
  type FusedKernelName,
  type FusedKernels,
  type KernelSet,
  type MomentumUpdateAttrs,
  type MovingAverageAttrs,
  registerKernels,
  type SumReducer,
} from "@secateur/wasm-kernels";
export type { ComposedKernel } from "../ops/composed-kernel.ts";
export { currentCapabilities, type EngineCapabilities } from "../ops/engine-capabilities.ts";
export { composedMomentumUpdate } from "../ops/momentum-update.ts";
export { composedMovingAverage } from "../ops/moving-average.ts";
export { registerReluGradients } from "../ops/relu-gradient.ts";
export {
  type Engine,
  type EngineDevice,
  EngineStartError,
  type StartedEngine,
  type StartOptions,
} from "./engine.ts";
export { importFailure } from "./import-failure.ts";
export { startBackend } from "./start-backend.ts";
