/** Rounds float32 to IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits), ties to even. */

/** Magnitudes from here on round to infinity. */
export const halfOverflow = 65520;

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

/** The 16 bits. NaN gives a NaN. */
export function halfBits(value: number): number {
  float[0] = value;
  const bits = floatBits[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= halfOverflow) return sign | 0x7c00;
  // Below the smallest normal number a half counts multiples of 2^-24.
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = ((bits >>> 23) & 0xff) - 127;
  // A fraction that rounds up to 1024 carries into the exponent, as the fields are adjacent.
  return sign + ((exponent + 15) << 10) + roundToEven((magnitude * 2 ** -exponent - 1) * 1024);
}

/** For 0 ≤ value < 2^52. */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const fraction = value - below;
  return below + Number(fraction > 0.5 || (fraction === 0.5 && below % 2 === 1));
}
