/** Corrects kernels of tfjs's cpu, webgl and webgpu backends. */
import { AddN, AvgPool3DGrad, AvgPoolGrad, MaxPool3DGrad, MaxPoolGrad } from "@tensorflow/tfjs-core";
import type { KernelSet } from "../kernel-set.ts";
import { wrapKernels } from "../register-kernels.ts";
import { averagePoolingGradient } from "./average-pooling-gradient.ts";
import { chunkedSum } from "./chunked-sum.ts";
import { maxPoolingGradient } from "./max-pooling-gradient.ts";

type CorrectedBackend = "cpu" | "webgl" | "webgpu";

const onGpu: KernelSet["wrappers"] = {
  [AvgPoolGrad]: averagePoolingGradient,
  [AvgPool3DGrad]: averagePoolingGradient,
  [MaxPoolGrad]: maxPoolingGradient,
  [MaxPool3DGrad]: maxPoolingGradient,
};

// In two dimensions, the cpu backend takes the first of equal values.
const { [MaxPoolGrad]: _, ...onCpu } = onGpu;

const corrections: Readonly<Record<CorrectedBackend, KernelSet["wrappers"]>> = {
  cpu: onCpu,
  webgl: onGpu,
  webgpu: { ...onGpu, [AddN]: chunkedSum },
};

/**
 * Average pooling divides a window's gradient by the number of its values inside the input, and max pooling gives it to the
 * first of equal values; WebGPU adds any number of tensors. `useBackend` of `@secateur/backend` calls it. Calling it again changes
 * nothing.
 *
 * @param backendName - tfjs's name; the backend must be registered.
 *
 * @example
 * await tf.setBackend("webgl");
 * registerCorrections("webgl");
 */
export function registerCorrections(backendName: CorrectedBackend): void {
  wrapKernels(backendName, corrections[backendName]);
}
