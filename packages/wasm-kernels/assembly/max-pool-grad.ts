/**
 * ∂L/∂x of max pooling: every window's gradient goes to its first largest value, whatever its sign.
 * Vectors hold 4 channels; the last few channels of a pixel are done one by one.
 */
import * as geometry from "./geometry";

/** The part of a window that lies in the image, in bytes of one image. */
function windowStart(position: i32): i32 {
  return max<i32>(0, position);
}

/** Finds where the largest value of 4 channels lies and adds dy there. `from`/`to` bound the window's rows in x. */
function scatter4(
  x: usize,
  dx: usize,
  dy: v128,
  rows: i32,
  rowBytes: usize,
  columnBytes: usize,
  pixel: usize,
): void {
  let best = f32x4.splat(-Infinity);
  let where = i32x4.splat(-1);
  for (let r = 0; r < rows; r++) {
    const start = (r as usize) * rowBytes;
    for (let at = start; at < start + columnBytes; at += pixel) {
      const value = v128.load(x + at);
      const larger = f32x4.gt(value, best);
      best = v128.bitselect(value, best, larger);
      where = v128.bitselect(i32x4.splat(at as i32), where, larger);
    }
  }
  for (let r = 0; r < rows; r++) {
    const start = (r as usize) * rowBytes;
    for (let at = start; at < start + columnBytes; at += pixel) {
      const here = i32x4.eq(where, i32x4.splat(at as i32));
      v128.store(dx + at, f32x4.add(v128.load(dx + at), v128.and(dy, here)));
    }
  }
}

function scatter1(
  x: usize,
  dx: usize,
  dy: f32,
  rows: i32,
  rowBytes: usize,
  columnBytes: usize,
  pixel: usize,
): void {
  let best: f32 = -Infinity;
  let where: usize = 0;
  let found = false;
  for (let r = 0; r < rows; r++) {
    const start = (r as usize) * rowBytes;
    for (let at = start; at < start + columnBytes; at += pixel) {
      const value = load<f32>(x + at);
      if (value > best) {
        best = value;
        where = at;
        found = true;
      }
    }
  }
  if (found) store<f32>(dx + where, load<f32>(dx + where) + dy);
}

/** All channels of one window. */
function scatterWindow(g: usize, x: usize, dx: usize, dy: usize, oh: i32, ow: i32): void {
  const top = oh * geometry.strideHeight(g) - geometry.padTop(g);
  const left = ow * geometry.strideWidth(g) - geometry.padLeft(g);
  const firstRow = windowStart(top);
  const firstColumn = windowStart(left);
  const rows = min<i32>(geometry.inHeight(g), top + geometry.filterHeight(g)) - firstRow;
  const columns = min<i32>(geometry.inWidth(g), left + geometry.filterWidth(g)) - firstColumn;
  const pixel = (geometry.inChannels(g) << 2) as usize;
  const rowBytes = (geometry.inWidth(g) as usize) * pixel;
  const columnBytes = (max<i32>(0, columns) as usize) * pixel;
  const offset = (firstRow as usize) * rowBytes + (firstColumn as usize) * pixel;
  let c: usize = 0;
  for (; c + 16 <= pixel; c += 16) {
    scatter4(x + offset + c, dx + offset + c, v128.load(dy + c), rows, rowBytes, columnBytes, pixel);
  }
  for (; c < pixel; c += 4) {
    scatter1(x + offset + c, dx + offset + c, load<f32>(dy + c), rows, rowBytes, columnBytes, pixel);
  }
}

/** @param dx - Zeroed. */
export function maxPoolGrad(g: usize, x: usize, dy: usize, dx: usize): void {
  const pixel = (geometry.inChannels(g) << 2) as usize;
  const image = (geometry.inHeight(g) * geometry.inWidth(g)) as usize;
  for (let n = 0; n < geometry.batch(g); n++) {
    for (let oh = 0; oh < geometry.outHeight(g); oh++) {
      for (let ow = 0; ow < geometry.outWidth(g); ow++) {
        scatterWindow(g, x, dx, dy, oh, ow);
        dy += pixel;
      }
    }
    x += image * pixel;
    dx += image * pixel;
  }
}
