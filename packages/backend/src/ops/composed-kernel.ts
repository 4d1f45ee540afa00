/**
 * A fused operation is a tfjs kernel. For a backend that has none of its own, one composed of tfjs's operations is
 * registered before the first use. tfjs records nothing on the gradient tape inside a kernel.
 */
import type { FusedKernelName, FusedKernels } from "@secateur/wasm-kernels";
import * as tf from "@tensorflow/tfjs-core";

type Inputs<Name extends FusedKernelName> = Readonly<Record<FusedKernels[Name]["inputs"], tf.Tensor>>;
type Attrs<Name extends FusedKernelName> = FusedKernels[Name]["attrs"];

/** A kernel written with tfjs operations; call it in a `tidy`. */
export type ComposedKernel<Name extends FusedKernelName> = (
  inputs: Inputs<Name>,
  attrs: Attrs<Name>,
) => tf.Tensor[];

/** Registers `composed` for the current backend unless the backend has that kernel. */
export function ensureKernel<Name extends FusedKernelName>(
  kernelName: Name,
  composed: ComposedKernel<Name>,
): void {
  tf.backend();
  const backendName = tf.getBackend();
  if (tf.getKernel(kernelName, backendName) !== undefined) return;
  tf.registerKernel({
    kernelName,
    backendName,
    // tfjs passes the tensors themselves, although its type says TensorInfo.
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => composed(inputs as Inputs<Name>, (attrs ?? {}) as Attrs<Name>)),
  });
}

/** @returns All outputs of the current backend's kernel. */
export function runFused<Name extends FusedKernelName>(
  kernelName: Name,
  inputs: Inputs<Name>,
  attrs: Attrs<Name>,
): tf.Tensor[] {
  const outputs = tf
    .engine()
    .runKernel<tf.Tensor | tf.Tensor[]>(kernelName, { ...inputs } as tf.NamedTensorMap, { ...attrs });
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** As `runFused`, for a kernel of one output. */
export function runFusedForOne<Name extends FusedKernelName>(
  kernelName: Name,
  inputs: Inputs<Name>,
  attrs: Attrs<Name>,
): tf.Tensor {
  const [output] = runFused(kernelName, inputs, attrs);
  if (output === undefined) throw new TypeError(`${kernelName} has no output`);
  return output;
}

/** Registers a gradient unless its kernel has one. */
export function ensureGradient(config: tf.GradConfig): void {
  if (tf.getGradient(config.kernelName) === undefined) tf.registerGradient(config);
}
