/** How well two lists agree: Pearson's r, Spearman's ρ and Kendall's τ-b (with ties). 1 is agreement, -1 the reverse. */
import { MetricsError } from "./errors.ts";

type Numbers = ArrayLike<number>;

/** Linear correlation; NaN when a list is constant. */
export function pearson(x: Numbers, y: Numbers): number {
  checkLengths(x, y);
  const [a, b] = [centred(x), centred(y)];
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** Pearson's r of the ranks; ties share the mean rank. */
export function spearman(x: Numbers, y: Numbers): number {
  checkLengths(x, y);
  return pearson(ranks(x), ranks(y));
}

/** τ-b: concordant less discordant pairs, over those that are not tied. O(n²). */
export function kendall(x: Numbers, y: Numbers): number {
  checkLengths(x, y);
  let [balance, untiedX, untiedY] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [Math.sign(Number(x[i]) - Number(x[j])), Math.sign(Number(y[i]) - Number(y[j]))];
      balance += a * b;
      untiedX += Math.abs(a);
      untiedY += Math.abs(b);
    }
  }
  return balance / Math.sqrt(untiedX * untiedY);
}

function ranks(values: Numbers): readonly number[] {
  const order = Array.from(values, (value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const result = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && order[to]?.value === order[from]?.value) to++;
    for (const { index } of order.slice(from, to)) result[index] = (from + to + 1) / 2;
    from = to;
  }
  return result;
}

function centred(values: Numbers): readonly number[] {
  const all = Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return all.map((value) => value - mean);
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * Number(b[i]), 0);

function checkLengths(x: Numbers, y: Numbers): void {
  if (x.length === y.length && x.length > 1) return;
  throw new MetricsError(
    `a correlation needs two lists of equal length, at least 2, not ${x.length} and ${y.length}`,
  );
}
