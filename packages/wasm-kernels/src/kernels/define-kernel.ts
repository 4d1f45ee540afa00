/** Defines a kernel of the wasm backend with typed inputs and attributes, and checks inputs. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { KernelConfig, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import { UnsupportedKernelInputError } from "../errors.ts";
import type { FusedKernelName, FusedKernels } from "../fused-kernels.ts";

export interface KernelCall<Inputs extends string, Attrs> {
  readonly inputs: Readonly<Record<Inputs, TensorInfo>>;
  readonly attrs: Attrs;
  readonly backend: BackendWasm;
}

/**
 * @param kernelName - tfjs's name of the kernel.
 * @param run - Computes the outputs. tfjs gives all kernels one signature; here the arguments have this kernel's types.
 */
export function defineKernel<Inputs extends string, Attrs = object>(
  kernelName: string,
  run: (call: KernelCall<Inputs, Attrs>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: "wasm",
    kernelFunc: run as unknown as KernelFunc,
  };
}

/** A kernel of `FusedKernels`; refuses inputs that are not float32. */
export function defineFusedKernel<Name extends FusedKernelName>(
  kernelName: Name,
  run: (
    call: KernelCall<FusedKernels[Name]["inputs"], FusedKernels[Name]["attrs"]>,
  ) => TensorInfo | TensorInfo[],
): KernelConfig {
  return defineKernel<FusedKernels[Name]["inputs"], FusedKernels[Name]["attrs"]>(kernelName, (call) => {
    requireFloat(kernelName, ...Object.values<TensorInfo>(call.inputs));
    return run(call);
  });
}

/** @throws UnsupportedKernelInputError unless all are float32. */
export function requireFloat(kernelName: string, ...tensors: readonly TensorInfo[]): void {
  for (const { dtype } of tensors) {
    if (dtype !== "float32")
      throw new UnsupportedKernelInputError(`${kernelName} takes float32 tensors, got ${dtype}`);
  }
}

/** @throws UnsupportedKernelInputError for channels first. */
export function requireChannelsLast(kernelName: string, dataFormat: string | undefined): void {
  if (dataFormat === "NCHW") {
    throw new UnsupportedKernelInputError(
      `${kernelName} takes [batch, height, width, channels] (NHWC), got NCHW`,
    );
  }
}

/** The shape of a tensor that has four axes. */
export function shape4(tensor: TensorInfo): [number, number, number, number] {
  return tensor.shape as [number, number, number, number];
}
