/**
 * Layers that draw random numbers in a training step: dropout, noise, and recurrent layers with dropout inside. TensorFlow.js
 * seeds each of their masks by `Math.random`, unless the layer has a seed, with which its mask is always the same.
 */
import { createRandom } from "@secateur/base";
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Dropout, SpatialDropout, AlphaDropout, GaussianDropout, GaussianNoise, RandomWidth. */
export function isRandom(className: string): boolean {
  return /Dropout|Gaussian|^Random/.test(className);
}

/** Whether a training step draws random numbers. */
export function drawsRandomNumbers(model: tfl.LayersModel): boolean {
  return modelGraph(model).calls.some(
    ({ className, layer }) => isRandom(className) || dropsInside(layer.getConfig()),
  );
}

/** Of a recurrent layer, or of a wrapper: Bidirectional, TimeDistributed. */
function dropsInside({ dropout, recurrentDropout, layer }: Readonly<Record<string, unknown>>): boolean {
  if (Number(dropout ?? 0) + Number(recurrentDropout ?? 0) > 0) return true;
  const inner = (layer ?? {}) as { readonly className?: string; readonly config?: Record<string, unknown> };
  return isRandom(inner.className ?? "") || (inner.config !== undefined && dropsInside(inner.config));
}

/** Calls `f` with masks that follow from the seed; without one, they differ from call to call. */
export function withSeed<T>(seed: number | undefined, f: () => T): T {
  if (seed === undefined) return f();
  const original = Math.random;
  Math.random = createRandom(seed).uniform;
  try {
    return f();
  } finally {
    Math.random = original;
  }
}
