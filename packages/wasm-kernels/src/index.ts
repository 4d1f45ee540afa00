/** @packageDocumentation The training kernels that tfjs's WebAssembly backend lacks, in SIMD. */

export { registerCorrections } from "./corrections/register-corrections.ts";
export { OutOfWasmMemoryError, UnsupportedKernelInputError, WasmKernelsError } from "./errors.ts";
export type {
  FusedKernelName,
  FusedKernels,
  MomentumUpdateAttrs,
  MovingAverageAttrs,
  ReluGradAttrs,
} from "./fused-kernels.ts";
export type { KernelSet } from "./kernel-set.ts";
export { registerKernels } from "./register-kernels.ts";
export { registerWasmKernels } from "./register-wasm-kernels.ts";
export { type SumReducer, setSumReducer } from "./sum-reducer.ts";
