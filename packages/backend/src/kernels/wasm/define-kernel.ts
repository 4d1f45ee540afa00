// The form of a kernel for the wasm backend: typed inputs and attributes, checked before anything is computed.

import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { KernelConfig, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";

export interface KernelCall<Inputs extends string, Attrs> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>;
  readonly attrs: Attrs;
  readonly backend: BackendWasm;
}

export class UnsupportedKernelInputError extends TypeError {
  override readonly name = "UnsupportedKernelInputError";
}

/**
 * @param kernelName - tfjs's name of the kernel.
 * @param run - What it computes. tfjs types every kernel's arguments alike; here they get those of this kernel.
 */
export const defineKernel = <Inputs extends string, Attrs = object>(
  kernelName: string,
  run: (call: KernelCall<Inputs, Attrs>) => TensorInfo | TensorInfo[],
): KernelConfig => ({
  kernelName,
  backendName: "wasm",
  kernelFunc: run as unknown as KernelFunc,
});

/** @throws UnsupportedKernelInputError unless all are float32. */
export const requireFloat = (kernelName: string, ...tensors: readonly TensorInfo[]): void => {
  for (const { dtype } of tensors) {
    if (dtype !== "float32")
      throw new UnsupportedKernelInputError(`${kernelName} takes float32 tensors, got ${dtype}`);
  }
};

/** @throws UnsupportedKernelInputError for channels first. */
export const requireChannelsLast = (kernelName: string, dataFormat: string | undefined): void => {
  if (dataFormat === "NCHW") {
    throw new UnsupportedKernelInputError(
      `${kernelName} takes [batch, height, width, channels] (NHWC), got NCHW`,
    );
  }
};

/** The shape of a tensor that a kernel knows to have four axes. */
export const shape4 = (tensor: TensorInfo): [number, number, number, number] =>
  tensor.shape as [number, number, number, number];
