/** The loss against the number of removed units, from the losses of all subsets: index k is the loss with k units removed. */

/** The smallest loss over all subsets of k units, a lower bound for every order of removal. */
export function bestCurve(subsetLosses: ArrayLike<number>): readonly number[] {
  const curve = new Array<number>(unitCount(subsetLosses) + 1).fill(Number.POSITIVE_INFINITY);
  for (let subset = 0; subset < subsetLosses.length; subset++) {
    const k = bitCount(subset);
    curve[k] = Math.min(Number(curve[k]), Number(subsetLosses[subset]));
  }
  return curve;
}

/** Removes one unit at a time, always the one that leaves the smallest loss. */
export function greedyCurve(subsetLosses: ArrayLike<number>): readonly number[] {
  const units = [...Array(unitCount(subsetLosses)).keys()];
  const curve = [Number(subsetLosses[0])];
  let removed = 0;
  while (curve.length <= units.length) {
    const candidates = units
      .filter((unit) => ((removed >> unit) & 1) === 0)
      .map((unit) => removed | (1 << unit));
    removed = candidates.reduce((best, subset) =>
      Number(subsetLosses[subset]) < Number(subsetLosses[best]) ? subset : best,
    );
    curve.push(Number(subsetLosses[removed]));
  }
  return curve;
}

/** Removes units in the order of their scores, the lowest first. */
export function curveByScores(subsetLosses: ArrayLike<number>, scores: ArrayLike<number>): readonly number[] {
  const order = Array.from(scores, (score, unit) => ({ score, unit })).sort((a, b) => a.score - b.score);
  let removed = 0;
  const curve = order.map(({ unit }) => {
    removed |= 1 << unit;
    return Number(subsetLosses[removed]);
  });
  return [Number(subsetLosses[0]), ...curve];
}

const unitCount = ({ length }: ArrayLike<number>): number => Math.round(Math.log2(length));

function bitCount(subset: number): number {
  let count = 0;
  for (let rest = subset; rest > 0; rest &= rest - 1) count++;
  return count;
}
