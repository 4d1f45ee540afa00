/**
 * Weights as 8- or 16-bit integers, q = round((w - min) / scale), or as half-precision floats, as tfjs-converter writes
 * and every version of tfjs reads them. If 0 lies in the range of the weights, min is shifted so that 0 stays exactly 0
 * (Jacob et al. 2018, arXiv:1712.05877, section 3).
 */
import { ModelFilesError } from "./errors.ts";
import { halfBits, halfOverflow } from "./half-float.ts";

export const quantizations = ["uint8", "uint16", "float16"] as const;
export type Quantization = (typeof quantizations)[number];

export interface Quantized {
  readonly bytes: Uint8Array;
  /** As the weights manifest lists it. */
  readonly quantization: { dtype: Quantization; min?: number; scale?: number };
}

/**
 * @param name - Of the weight, for errors.
 * @throws ModelFilesError for weights that are not finite, or too large for float16.
 */
export function quantize(values: Float32Array, dtype: Quantization, name: string): Quantized {
  const [low, high] = rangeOf(values);
  if (!Number.isFinite(high - low))
    throw new ModelFilesError(`weight "${name}" is not finite everywhere and cannot be stored as ${dtype}`);
  if (dtype === "float16") return toHalf(values, Math.max(-low, high), name);
  const steps = dtype === "uint8" ? 0xff : 0xffff;
  const { min, scale } = affineRange(low, high, steps);
  const integers = dtype === "uint8" ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (const [i, value] of values.entries()) {
    integers[i] = Math.min(Math.max(Math.round((value - min) / scale), 0), steps);
  }
  return { bytes: new Uint8Array(integers.buffer), quantization: { dtype, min, scale } };
}

function toHalf(values: Float32Array, largest: number, name: string): Quantized {
  if (largest >= halfOverflow)
    throw new ModelFilesError(
      `weight "${name}" has the value ${largest}, and float16 ends at 65504: store it as uint16 or float32`,
    );
  const halves = new Uint16Array(values.length);
  for (const [i, value] of values.entries()) halves[i] = halfBits(value);
  return { bytes: new Uint8Array(halves.buffer), quantization: { dtype: "float16" } };
}

/** An empty weight has the range 0 to 0. */
function rangeOf(values: Float32Array): readonly [low: number, high: number] {
  let [low, high] = [values[0] ?? 0, values[0] ?? 0];
  for (const value of values) {
    if (Number.isNaN(value)) return [value, value];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function affineRange(
  low: number,
  high: number,
  steps: number,
): { readonly min: number; readonly scale: number } {
  if (low === high) return { min: low, scale: 1 };
  const scale = (high - low) / steps;
  if (low > 0 || high < 0) return { min: low, scale };
  return { min: -Math.round(-low / scale) * scale, scale };
}
