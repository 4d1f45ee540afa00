/** The kernels of one tfjs backend that take the place of tfjs's own, or are added to them. */
import type { KernelConfig } from "@tensorflow/tfjs-core";
import type { FusedKernelName } from "./fused-kernels.ts";

export interface KernelSet {
  /** Null: this engine has none of its own, the operation is composed of others. */
  readonly fused: Readonly<Record<FusedKernelName, KernelConfig | null>>;
  /** tfjs's own kernels that are missing or replaced. */
  readonly kernels: readonly KernelConfig[];
  /** By kernel name: kernels that do part of the work and call tfjs's own for the rest. */
  readonly wrappers: Readonly<Record<string, (stock: KernelConfig) => KernelConfig>>;
}
