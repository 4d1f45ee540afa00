/**
 * Layers that draw random numbers in a training step: dropout, noise, and recurrent layers with dropout inside. TensorFlow.js
 * seeds each of their masks by `Math.random`, unless the layer has a seed, with which its mask is always the same.
 */
import { createRandom } from "@secateur/base";

/** Dropout, SpatialDropout, AlphaDropout, GaussianDropout, GaussianNoise, RandomWidth. */
export function isRandom(className: string): boolean {
  return /Dropout|Gaussian|^Random/.test(className);
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
