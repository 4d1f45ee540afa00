/**
 * The predicted loss of a set S of removed units, `T² · mean_n KL(t_n ‖ softmax((L_n - Σ_{u∈S} J_nu) / T))`: L the logits, J
 * their slopes in the units' gates, t the unpruned network's prediction at temperature T. One more unit adds
 * `T² · mean_n log Σ_c P_nc exp(-J_ncu / T)` to it, P the prediction without S, if every J_nu is shifted so that its mean
 * under t_n is 0; a shift of all logits of an example changes no prediction.
 */

/** Examples in rows: `[examples, classes]`. */
export interface Prediction {
  readonly classes: number;
  readonly values: Float64Array;
}

export interface JointLoss {
  /** The predicted loss of the removed units, 0 or more. */
  readonly value: () => number;
  /** By how much it grows when one more unit is removed; negative where removal brings the prediction back. */
  readonly increase: (unit: number) => number;
  readonly remove: (unit: number) => void;
}

/** `exp` of exponents in this range, minus 1, can be told from -1 in float32 and does not overflow in products of eight. */
const [leastExponent, largestExponent] = [-16, 80];

/** Factors that are multiplied before one logarithm. */
const perLogarithm = 8;

/**
 * @param targets - The unpruned network's prediction t.
 * @param start - The prediction that the slopes belong to; modified.
 * @param factors - `[units, examples, classes]`, of `toFactors`.
 */
export function jointLoss(
  targets: Prediction,
  start: Prediction,
  factors: readonly Float32Array[],
  temperature: number,
): JointLoss {
  const { values: p, classes } = start;
  const examples = p.length / classes;
  const scale = temperature ** 2 / examples;
  return {
    value: () => scale * divergence(targets.values, p),
    increase: (unit) => scale * sumOfLogs(p, factors[unit] as Float32Array, classes),
    remove: (unit) => move(p, factors[unit] as Float32Array, classes),
  };
}

/** Turns the slopes J of one unit, `[examples, classes]`, into `exp(-J / T) - 1` in place, J shifted to mean 0 under t. */
export function toFactors(
  slopes: Float32Array,
  { values: t, classes }: Prediction,
  temperature: number,
): void {
  for (let row = 0; row < slopes.length; row += classes) {
    let mean = 0;
    for (let c = 0; c < classes; c++) mean += Number(t[row + c]) * Number(slopes[row + c]);
    for (let c = 0; c < classes; c++) {
      const exponent = (mean - Number(slopes[row + c])) / temperature;
      slopes[row + c] = Math.expm1(Math.min(Math.max(exponent, leastExponent), largestExponent));
    }
  }
}

/** Σ_n log(1 + Σ_c P_nc F_nc). */
function sumOfLogs(p: Float64Array, factors: Float32Array, classes: number): number {
  let sum = 0;
  let product = 1;
  let rows = 0;
  for (let i = 0; i < p.length; ) {
    let growth = 1;
    for (const end = i + classes; i < end; i++) growth += (p[i] as number) * (factors[i] as number);
    product *= growth;
    if (++rows % perLogarithm > 0) continue;
    sum += Math.log(product);
    product = 1;
  }
  return sum + Math.log(product);
}

/** P_nc ∝ P_nc (1 + F_nc). */
function move(p: Float64Array, factors: Float32Array, classes: number): void {
  for (let row = 0; row < p.length; row += classes) {
    let total = 0;
    for (let i = row; i < row + classes; i++) {
      const moved = (p[i] as number) * (1 + (factors[i] as number));
      p[i] = moved;
      total += moved;
    }
    for (let i = row; i < row + classes; i++) p[i] = (p[i] as number) / total;
  }
}

/** Σ t log(t / p), terms with t = 0 left out. */
function divergence(t: Float64Array, p: Float64Array): number {
  return t.reduce((sum, ti, i) => (ti > 0 ? sum + ti * Math.log(ti / Number(p[i])) : sum), 0);
}

/** Rows of softmax(logits / T). @param logits - `[examples, classes]` */
export function softened(logits: ArrayLike<number>, classes: number, temperature: number): Prediction {
  const values = Float64Array.from(logits, (logit) => logit / temperature);
  for (let row = 0; row < values.length; row += classes) {
    const example = values.subarray(row, row + classes);
    const largest = example.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const total = example.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
    for (const [c, logit] of example.entries()) example[c] = Math.exp(logit - largest) / total;
  }
  return { classes, values };
}
