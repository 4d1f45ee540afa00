/** How far tensors are from expected ones. */
import type { WeightTensor } from "@secateur/models";

/** The largest difference, relative to the largest expected value. */
export function largestDifference(expected: Float32Array, actual: Float32Array): number {
  if (expected.length !== actual.length) return Number.NaN;
  let [difference, largest] = [0, 0];
  for (const [i, value] of expected.entries()) {
    const distance = Math.abs(value - (actual[i] ?? Number.NaN));
    if (!(distance <= difference)) difference = distance;
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}

/** A gradient below this share of the largest one is a rounding error, such as that of a bias before batch normalisation. */
const negligible = 1e-3;

/** Of all tensors, the largest ‖actual - expected‖ / ‖expected‖; NaN if one is missing or has another size. */
export function largestRelativeDistance(
  expected: ReadonlyMap<string, WeightTensor>,
  actual: ReadonlyMap<string, WeightTensor>,
): number {
  const norms = new Map([...expected].map(([name, { data }]) => [name, normOf(data, zeros)] as const));
  const largest = Math.max(...norms.values());
  const distances = [...expected].map(([name, { data }]) => {
    const other = actual.get(name)?.data;
    if (other?.length !== data.length) return Number.NaN;
    return normOf(data, other) / Math.max(norms.get(name) ?? 0, negligible * largest);
  });
  return Math.max(0, ...distances);
}

const zeros = new Float32Array();

/** ‖a - b‖, where b is zero beyond its length. */
function normOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}
