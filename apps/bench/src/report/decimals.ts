/** Numbers with a fixed number of decimals that never read as a row of zeros. */

const mostDecimals = 8;

/** @returns `usual` decimals, or more where the smallest value but zero would have fewer than two significant digits. */
export function decimalsFor(values: readonly number[], usual: number): number {
  const sizes = values.map(Math.abs).filter((size) => size > 0 && size < Infinity);
  if (sizes.length === 0) return usual;
  const smallest = sizes.reduce((a, b) => Math.min(a, b));
  return Math.min(mostDecimals, Math.max(usual, 1 - Math.floor(Math.log10(smallest))));
}

/** For instance `0.30`; zero is `0`, and what would be rounded to zero has one significant digit. */
export function fixedText(value: number, decimals: number): string {
  if (value === 0) return "0";
  const text = value.toFixed(decimals);
  if (Number(text) !== 0) return text;
  return String(Number(value.toPrecision(1)));
}

/** Without trailing zeros or rounding noise: 30, 12.5. */
export function shortNumber(value: number): string {
  return String(Number(value.toFixed(4)));
}
