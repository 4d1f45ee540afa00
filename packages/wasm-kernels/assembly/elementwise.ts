/** Passes over flat float32 arrays. */

/** dx = dy where 0 < y < max, else 0. A max of NaN is no limit. */
export function reluGrad(dy: usize, y: usize, dx: usize, count: i32, max: f32): void {
  const end = dx + ((count as usize) << 2);
  const vectorsEnd = dx + (((count & ~3) as usize) << 2);
  const zero = f32x4.splat(0);
  const most = f32x4.splat(max);
  for (; dx < vectorsEnd; dx += 16) {
    const value = v128.load(y);
    const grows = v128.andnot(f32x4.gt(value, zero), f32x4.ge(value, most));
    v128.store(dx, v128.and(v128.load(dy), grows));
    dy += 16;
    y += 16;
  }
  for (; dx < end; dx += 4) {
    const value = load<f32>(y);
    store<f32>(dx, value > 0 && !(value >= max) ? load<f32>(dy) : 0);
    dy += 4;
    y += 4;
  }
}

/** to[i] += from[i]. */
export function accumulate(from: usize, to: usize, count: i32): void {
  const end = to + ((count as usize) << 2);
  const vectorsEnd = to + (((count & ~3) as usize) << 2);
  for (; to < vectorsEnd; to += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    from += 16;
  }
  for (; to < end; to += 4) {
    store<f32>(to, load<f32>(to) + load<f32>(from));
    from += 4;
  }
}

/** As `accumulate`, for int32. */
export function accumulateIntegers(from: usize, to: usize, count: i32): void {
  const end = to + ((count as usize) << 2);
  for (; to < end; to += 4) {
    store<i32>(to, load<i32>(to) + load<i32>(from));
    from += 4;
  }
}
