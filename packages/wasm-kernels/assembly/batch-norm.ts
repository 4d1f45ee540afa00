/** The two passes of batch normalisation that write a whole array; the sums before them are in channel-sums.ts. */

/** y = (x - mean) · scale + offset, each of the three `[channels]`. */
export function normalize(
  x: usize,
  y: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  scale: usize,
  offset: usize,
): void {
  const row = (channels as usize) << 2;
  const vectors = row & ~15;
  for (let r = 0; r < rows; r++) {
    let c: usize = 0;
    for (; c < vectors; c += 16) {
      const centred = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      v128.store(y + c, f32x4.add(f32x4.mul(centred, v128.load(scale + c)), v128.load(offset + c)));
    }
    for (; c < row; c += 4) {
      store<f32>(
        y + c,
        (load<f32>(x + c) - load<f32>(mean + c)) * load<f32>(scale + c) + load<f32>(offset + c),
      );
    }
    x += row;
    y += row;
  }
}

/** dx = dy · scale + (x - mean) · slope + offset, each of the four `[channels]`. */
export function normalizeGrad(
  dy: usize,
  x: usize,
  dx: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  scale: usize,
  slope: usize,
  offset: usize,
): void {
  const row = (channels as usize) << 2;
  const vectors = row & ~15;
  for (let r = 0; r < rows; r++) {
    let c: usize = 0;
    for (; c < vectors; c += 16) {
      const centred = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      const fromX = f32x4.add(f32x4.mul(centred, v128.load(slope + c)), v128.load(offset + c));
      v128.store(dx + c, f32x4.add(f32x4.mul(v128.load(dy + c), v128.load(scale + c)), fromX));
    }
    for (; c < row; c += 4) {
      const fromX = (load<f32>(x + c) - load<f32>(mean + c)) * load<f32>(slope + c) + load<f32>(offset + c);
      store<f32>(dx + c, load<f32>(dy + c) * load<f32>(scale + c) + fromX);
    }
    dy += row;
    x += row;
    dx += row;
  }
}
