// The kernels that one tfjs backend gets.

import type { KernelConfig } from "@tensorflow/tfjs-core";

export interface KernelSet {
  /** New kernels, and those that take the place of stock ones altogether. */
  readonly kernels: readonly KernelConfig[];
  /** By name: kernels that do part of the work and leave the rest to the stock one. */
  readonly wrappers: Readonly<Record<string, (stock: KernelConfig) => KernelConfig>>;
}
