/** Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, fewer for long ranges. Vega draws too many. */

const most = 6;

/** @param values - The values on the axis. @returns properties of a Vega-Lite axis. */
export function logTicks(
  values: readonly number[],
): { readonly values: number[] } | { readonly tickCount: number } {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), 0);
  if (!(low > 0 && high < Infinity && low < high)) return { tickCount: most };
  const from = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => from + i);
  const inside = (mantissas: readonly number[]): readonly number[] =>
    powers
      .flatMap((power) => mantissas.map((mantissa) => Number(`${mantissa}e${power}`)))
      .filter((tick) => low <= tick && tick <= high);
  const ticks =
    [[1, 2, 5], [1, 3], [1]].map(inside).find(({ length }) => length <= most) ?? thinned(inside([1]));
  return ticks.length < 2 ? { tickCount: most } : { values: [...ticks] };
}

const thinned = (ticks: readonly number[]): readonly number[] =>
  ticks.filter((_, i) => i % Math.ceil(ticks.length / most) === 0);
