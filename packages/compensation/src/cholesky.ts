/**
 * Cholesky factorisation A = L Lᵀ of a symmetric positive definite matrix in double precision, in tiles that fit into the
 * processor's cache (Golub and Van Loan, Matrix Computations, section 4.2).
 */

/** Rows and columns of a tile; a multiple of four. */
const tile = 64;

/**
 * Replaces the lower triangle of `matrix` by L.
 *
 * @param matrix - `[size, size]`, row-major; only its lower triangle is read.
 * @returns False if the matrix is not positive definite; its content is then undefined.
 */
export function factorize(matrix: Float64Array, size: number): boolean {
  for (let from = 0; from < size; from += tile) {
    const to = Math.min(from + tile, size);
    for (let row = from; row < size; row += tile)
      for (let k = 0; k < from; k += tile) subtractProducts(matrix, size, row, from, k);
    for (let row = from; row < size; row++) if (!factorizeRow(matrix, size, row, from, to)) return false;
  }
  return true;
}

/** `A[i, j] -= Σ_k L[i, k] L[j, k]` for the tiles that begin at row, column and k. */
function subtractProducts(matrix: Float64Array, size: number, row: number, column: number, k: number): void {
  const rowEnd = Math.min(row + tile, size);
  const columnEnd = Math.min(column + tile, size);
  for (let i = row; i < rowEnd; i++) {
    for (let j = column; j < columnEnd; j++) {
      const at = i * size + j;
      matrix[at] = (matrix[at] as number) - dot(matrix, i * size + k, matrix, j * size + k, tile);
    }
  }
}

/** Σ of products from two places. Four sums are faster than one: an addition need not wait for the one before. */
function dot(x: Float64Array, a: number, y: Float64Array, b: number, count: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    s0 += (x[a + i] as number) * (y[b + i] as number);
    s1 += (x[a + i + 1] as number) * (y[b + i + 1] as number);
    s2 += (x[a + i + 2] as number) * (y[b + i + 2] as number);
    s3 += (x[a + i + 3] as number) * (y[b + i + 3] as number);
  }
  for (; i < count; i++) s0 += (x[a + i] as number) * (y[b + i] as number);
  return s0 + s1 + (s2 + s3);
}

/** Columns `from` to `to` of one row of L, once the products of earlier columns are subtracted. */
function factorizeRow(matrix: Float64Array, size: number, i: number, from: number, to: number): boolean {
  for (let j = from; j < Math.min(i, to); j++) {
    const rest =
      (matrix[i * size + j] as number) - dot(matrix, i * size + from, matrix, j * size + from, j - from);
    matrix[i * size + j] = rest / (matrix[j * size + j] as number);
  }
  if (i >= to) return true;
  const square = dot(matrix, i * size + from, matrix, i * size + from, i - from);
  const pivot = (matrix[i * size + i] as number) - square;
  matrix[i * size + i] = Math.sqrt(pivot);
  return pivot > 0; // false for NaN
}

/**
 * Solves L Lᵀ x = b in place, for several right-hand sides.
 *
 * @param factor - The result of `factorize`, `[size, size]`.
 * @param b - `[count, size]`, one right-hand side per row; becomes the solutions.
 */
export function solveFactorized(factor: Float64Array, size: number, b: Float64Array): void {
  let from = 0;
  for (; from + 4 * size <= b.length; from += 4 * size) solveFour(factor, size, b, from);
  for (; from < b.length; from += size) solveOne(factor, size, b, from);
}

function solveOne(factor: Float64Array, size: number, b: Float64Array, from: number): void {
  for (let i = 0; i < size; i++) {
    const rest = (b[from + i] as number) - dot(factor, i * size, b, from, i);
    b[from + i] = rest / (factor[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = (b[from + i] as number) / (factor[i * size + i] as number);
    b[from + i] = value;
    for (let j = 0; j < i; j++)
      b[from + j] = (b[from + j] as number) - (factor[i * size + j] as number) * value;
  }
}

/** Four right-hand sides at once: a large factor is read a quarter as often. */
function solveFour(factor: Float64Array, size: number, b: Float64Array, from: number): void {
  const [b0, b1, b2, b3] = [0, 1, 2, 3].map((k) => b.subarray(from + k * size, from + (k + 1) * size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < size; i++) {
    let s0 = b0[i] as number;
    let s1 = b1[i] as number;
    let s2 = b2[i] as number;
    let s3 = b3[i] as number;
    for (let j = 0; j < i; j++) {
      const l = factor[i * size + j] as number;
      s0 -= l * (b0[j] as number);
      s1 -= l * (b1[j] as number);
      s2 -= l * (b2[j] as number);
      s3 -= l * (b3[j] as number);
    }
    const pivot = factor[i * size + i] as number;
    b0[i] = s0 / pivot;
    b1[i] = s1 / pivot;
    b2[i] = s2 / pivot;
    b3[i] = s3 / pivot;
  }
  for (let i = size - 1; i >= 0; i--) {
    const pivot = factor[i * size + i] as number;
    const v0 = (b0[i] as number) / pivot;
    const v1 = (b1[i] as number) / pivot;
    const v2 = (b2[i] as number) / pivot;
    const v3 = (b3[i] as number) / pivot;
    b0[i] = v0;
    b1[i] = v1;
    b2[i] = v2;
    b3[i] = v3;
    for (let j = 0; j < i; j++) {
      const l = factor[i * size + j] as number;
      b0[j] = (b0[j] as number) - l * v0;
      b1[j] = (b1[j] as number) - l * v1;
      b2[j] = (b2[j] as number) - l * v2;
      b3[j] = (b3[j] as number) - l * v3;
    }
  }
}
