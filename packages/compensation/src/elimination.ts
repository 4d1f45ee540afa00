/**
 * Backward elimination for a linear layer, as in Optimal Brain Surgeon (Hassibi and Stork 1992) for blocks of inputs: removes
 * the block whose removal increases the squared error of the refitted output least, `tr Wᵤᵀ [A⁻¹]ᵤᵤ⁻¹ Wᵤ`, then refits:
 * `W ← W - A⁻¹₍:,ᵤ₎ [A⁻¹]ᵤᵤ⁻¹ Wᵤ`, with A the second moments of the inputs plus a ridge.
 */
import { factorize, solveFactorized } from "./cholesky.ts";

export interface EliminationProblem {
  /** `[size, size]`: A⁻¹. Modified. */
  readonly inverse: Float64Array;
  /** `[size, outputs]`: W. Modified. */
  readonly weights: Float64Array;
  readonly size: number;
  readonly outputs: number;
  /** For each block, the indices of its inputs. */
  readonly blocks: readonly Int32Array[];
}

/** The blocks that go, in the order of their removal. */
export function eliminate(problem: EliminationProblem, count: number): readonly number[] {
  const left = new Set(problem.blocks.keys());
  const gone: number[] = [];
  while (gone.length < count) {
    let [cheapest, lowest] = [-1, Number.POSITIVE_INFINITY];
    for (const block of left) {
      const cost = removalCost(problem, problem.blocks[block] as Int32Array);
      if (cost < lowest) [cheapest, lowest] = [block, cost];
    }
    if (cheapest < 0) break; // no finite cost
    left.delete(cheapest);
    gone.push(cheapest);
    remove(problem, problem.blocks[cheapest] as Int32Array);
  }
  return gone;
}

/** The increase of the squared error; infinite for a block whose part of A⁻¹ is not positive definite. */
export function removalCost(
  { inverse, weights, size, outputs }: Omit<EliminationProblem, "blocks">,
  block: Int32Array,
): number {
  const width = block.length;
  const part = submatrix(inverse, size, block);
  if (!factorize(part, width)) return Number.POSITIVE_INFINITY;
  const rows = new Float64Array(outputs * width); // [outputs, block]
  for (let m = 0; m < outputs; m++)
    for (let a = 0; a < width; a++) rows[m * width + a] = weights[Number(block[a]) * outputs + m] as number;
  const solved = rows.slice();
  solveFactorized(part, width, solved);
  let cost = 0;
  for (let i = 0; i < rows.length; i++) cost += (rows[i] as number) * (solved[i] as number);
  return cost;
}

/** Refits without the block, and removes it from A⁻¹. */
function remove({ inverse, weights, size, outputs }: EliminationProblem, block: Int32Array): void {
  const width = block.length;
  const part = submatrix(inverse, size, block);
  factorize(part, width);
  const gains = new Float64Array(size * width); // A⁻¹₍:,ᵤ₎ [A⁻¹]ᵤᵤ⁻¹, one row per input
  for (let i = 0; i < size; i++)
    for (let a = 0; a < width; a++) gains[i * width + a] = inverse[i * size + Number(block[a])] as number;
  solveFactorized(part, width, gains);
  subtractProduct(weights, outputs, gains, rowsOf(weights, outputs, block), width);
  subtractProduct(inverse, size, gains, rowsOf(inverse, size, block), width);
}

/** `matrix[i, :] -= Σ_a gains[i, a] · rows[a, :]`. */
function subtractProduct(
  matrix: Float64Array,
  columns: number,
  gains: Float64Array,
  rows: readonly Float64Array[],
  width: number,
): void {
  for (let i = 0; i < matrix.length / columns; i++) {
    for (let a = 0; a < width; a++) {
      const gain = gains[i * width + a] as number;
      const row = rows[a] as Float64Array;
      for (let j = 0; j < columns; j++)
        matrix[i * columns + j] = (matrix[i * columns + j] as number) - gain * (row[j] as number);
    }
  }
}

const rowsOf = (matrix: Float64Array, columns: number, block: Int32Array): readonly Float64Array[] =>
  Array.from(block, (i) => matrix.slice(i * columns, (i + 1) * columns));

export function submatrix(matrix: Float64Array, size: number, block: Int32Array): Float64Array {
  const width = block.length;
  return Float64Array.from(
    { length: width * width },
    (_, at) => matrix[Number(block[Math.floor(at / width)]) * size + Number(block[at % width])] as number,
  );
}

/** A⁻¹ from the Cholesky factor of A. */
export function inverseOf(factor: Float64Array, size: number): Float64Array {
  const identity = new Float64Array(size * size);
  for (let i = 0; i < size; i++) identity[i * size + i] = 1;
  solveFactorized(factor, size, identity);
  return identity;
}
