/** Second moments of a regression's features, summed over rows in double precision. */
import * as tf from "@tensorflow/tfjs-core";
import { product } from "./sum-products.ts";

export interface SecondMoments {
  /** `Σ x xᵀ` over all rows, `[groups, features, features]`. */
  readonly sums: Float64Array;
  readonly rows: number;
  readonly groups: number;
  /** The number of features. */
  readonly size: number;
}

/** Features of a block: products of two blocks are computed once, not for both halves of the symmetric matrix. */
const largestBlock = 512;

/** @param features - `[groups, rows, features]` per minibatch. */
export async function secondMoments(features: readonly tf.Tensor3D[]): Promise<SecondMoments> {
  const [groups = 0, , size = 0] = features[0]?.shape ?? [];
  const sums = new Float64Array(groups * size * size);
  const width = Math.ceil(size / Math.ceil(size / largestBlock));
  let rows = 0;
  for (const each of features) {
    rows += each.shape[1];
    for (let column = 0; column < size; column += width)
      for (let row = column; row < size; row += width) await addBlock(sums, each, { row, column, width });
  }
  mirror(sums, groups, size);
  return { sums, rows, groups, size };
}

interface Block {
  readonly row: number;
  readonly column: number;
  /** Of a block that is not cut off by the matrix's edge. */
  readonly width: number;
}

/** Adds one block of `xᵀ x`. @param x - `[groups, rows, features]` */
async function addBlock(sums: Float64Array, x: tf.Tensor3D, { row, column, width }: Block): Promise<void> {
  const [groups, , size] = x.shape;
  const [height, length] = [Math.min(width, size - row), Math.min(width, size - column)];
  const block = tf.tidy(() => product(columnsOf(x, row, height), columnsOf(x, column, length)));
  const values = await block.data();
  block.dispose();
  let at = 0;
  for (let i = 0; i < groups * height; i++) {
    const matrixRow = Math.floor(i / height) * size + row + (i % height);
    for (let to = matrixRow * size + column; to < matrixRow * size + column + length; to++)
      sums[to] = (sums[to] as number) + (values[at++] as number);
  }
}

function columnsOf(x: tf.Tensor3D, from: number, count: number): tf.Tensor3D {
  return count === x.shape[2] ? x : tf.slice(x, [0, 0, from], [-1, -1, count]);
}

/** Copies the lower triangle of each matrix to the upper one. */
function mirror(sums: Float64Array, groups: number, size: number): void {
  for (let group = 0; group < groups; group++) {
    const matrix = sums.subarray(group * size * size, (group + 1) * size * size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < i; j++) matrix[j * size + i] = matrix[i * size + j] as number;
  }
}

/** Of the rows of both. */
export function mergedMoments(a: SecondMoments, b: SecondMoments): SecondMoments {
  return { ...a, sums: a.sums.map((sum, i) => sum + (b.sums[i] as number)), rows: a.rows + b.rows };
}
