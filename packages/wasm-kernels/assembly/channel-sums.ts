/**
 * Sums over all rows of a [rows, channels] array, per channel. Sums run in float32 over a few hundred rows and are then
 * added to float64 totals, so that a hundred thousand rows lose no digits.
 */

const CHUNK_ROWS: i32 = 256;

/** total[i] += partial[i] for one vector. */
function addToTotal(total: usize, partial: v128): void {
  const low = f64x2.promote_low_f32x4(partial);
  const high = f64x2.promote_low_f32x4(i32x4.shuffle(partial, partial, 2, 3, 2, 3));
  v128.store(total, f64x2.add(v128.load(total), low));
  v128.store(total, f64x2.add(v128.load(total, 16), high), 16);
}

function addToTotal1(total: usize, partial: f32): void {
  store<f64>(total, load<f64>(total) + (partial as f64));
}

/** Σ (x - k) and Σ (x - k)² over 8 channels of one chunk. */
function moments8(x: usize, end: usize, row: usize, k: usize, sums: usize, squares: usize): void {
  const k0 = v128.load(k);
  const k1 = v128.load(k, 16);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let q0 = f32x4.splat(0);
  let q1 = f32x4.splat(0);
  for (; x < end; x += row) {
    const x0 = f32x4.sub(v128.load(x), k0);
    const x1 = f32x4.sub(v128.load(x, 16), k1);
    s0 = f32x4.add(s0, x0);
    s1 = f32x4.add(s1, x1);
    q0 = f32x4.add(q0, f32x4.mul(x0, x0));
    q1 = f32x4.add(q1, f32x4.mul(x1, x1));
  }
  addToTotal(sums, s0);
  addToTotal(sums + 32, s1);
  addToTotal(squares, q0);
  addToTotal(squares + 32, q1);
}

function moments1(x: usize, end: usize, row: usize, k: usize, sums: usize, squares: usize): void {
  const shift = load<f32>(k);
  let sum: f32 = 0;
  let square: f32 = 0;
  for (; x < end; x += row) {
    const value = load<f32>(x) - shift;
    sum += value;
    square += value * value;
  }
  addToTotal1(sums, sum);
  addToTotal1(squares, square);
}

/**
 * @param shift - `[channels]`, a value near each channel's mean: keeps the squares free of cancellation.
 * @param sums - float64 `[channels]`, zeroed: receives Σ (x - shift).
 * @param squares - float64 `[channels]`, zeroed: receives Σ (x - shift)².
 */
export function channelMoments(
  x: usize,
  rows: i32,
  channels: i32,
  shift: usize,
  sums: usize,
  squares: usize,
): void {
  const row = (channels as usize) << 2;
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const chunk = (min<i32>(CHUNK_ROWS, rows - first) as usize) * row;
    let c: usize = 0;
    for (; c + 32 <= row; c += 32) {
      moments8(x + c, x + c + chunk, row, shift + c, sums + 2 * c, squares + 2 * c);
    }
    for (; c < row; c += 4) moments1(x + c, x + c + chunk, row, shift + c, sums + 2 * c, squares + 2 * c);
    x += chunk;
  }
}

/** Σ dy and Σ dy (x - mean) over 8 channels of one chunk. */
function products8(
  dy: usize,
  end: usize,
  x: usize,
  row: usize,
  mean: usize,
  sums: usize,
  products: usize,
): void {
  const m0 = v128.load(mean);
  const m1 = v128.load(mean, 16);
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let q0 = f32x4.splat(0);
  let q1 = f32x4.splat(0);
  for (; dy < end; dy += row) {
    const d0 = v128.load(dy);
    const d1 = v128.load(dy, 16);
    s0 = f32x4.add(s0, d0);
    s1 = f32x4.add(s1, d1);
    q0 = f32x4.add(q0, f32x4.mul(d0, f32x4.sub(v128.load(x), m0)));
    q1 = f32x4.add(q1, f32x4.mul(d1, f32x4.sub(v128.load(x, 16), m1)));
    x += row;
  }
  addToTotal(sums, s0);
  addToTotal(sums + 32, s1);
  addToTotal(products, q0);
  addToTotal(products + 32, q1);
}

function products1(
  dy: usize,
  end: usize,
  x: usize,
  row: usize,
  mean: usize,
  sums: usize,
  products: usize,
): void {
  const centre = load<f32>(mean);
  let sum: f32 = 0;
  let product: f32 = 0;
  for (; dy < end; dy += row) {
    const d = load<f32>(dy);
    sum += d;
    product += d * (load<f32>(x) - centre);
    x += row;
  }
  addToTotal1(sums, sum);
  addToTotal1(products, product);
}

/** As channelMoments: sums receives Σ dy, products receives Σ dy (x - mean). */
export function channelProducts(
  dy: usize,
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  sums: usize,
  products: usize,
): void {
  const row = (channels as usize) << 2;
  for (let first = 0; first < rows; first += CHUNK_ROWS) {
    const chunk = (min<i32>(CHUNK_ROWS, rows - first) as usize) * row;
    let c: usize = 0;
    for (; c + 32 <= row; c += 32) {
      products8(dy + c, dy + c + chunk, x + c, row, mean + c, sums + 2 * c, products + 2 * c);
    }
    for (; c < row; c += 4) {
      products1(dy + c, dy + c + chunk, x + c, row, mean + c, sums + 2 * c, products + 2 * c);
    }
    dy += chunk;
    x += chunk;
  }
}
