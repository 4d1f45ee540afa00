/**
 * ∂L/∂w of a convolution with dilation 1, in channels-last layout, with padding p and stride s:
 *   dw[kh, kw, ci, co] = Σ_{n,oh,ow} x[n, oh·s + kh - p, ow·s + kw - p, ci] · dy[n, oh, ow, co]
 * In a zero-padded image the values under one filter row, [kw, ci], are contiguous, so for each filter row this is a
 * product xᵀ·dy with rows (kw, ci) and columns co, computed in tiles of 4 × 8 sums held in registers.
 */
import { copyPixels, copyRows, roundUp4 } from "./copy-image";
import * as geometry from "./geometry";

/** Bytes of x and dy that one block of image rows may take, to stay in the first-level cache. */
const BLOCK_BYTES: i32 = 24576;

/** dw[4, 8] += Σ over rows × columns of pixels of x[4] ⊗ dy[8]; strides in bytes. */
function tile4x8(
  x: usize,
  dy: usize,
  dw: usize,
  rows: i32,
  xRowBytes: usize,
  xPixelBytes: usize,
  dyRowBytes: usize,
  dyPixelBytes: usize,
  dwRowBytes: usize,
): void {
  const dw1 = dw + dwRowBytes;
  const dw2 = dw1 + dwRowBytes;
  const dw3 = dw2 + dwRowBytes;
  let a00 = v128.load(dw);
  let a01 = v128.load(dw, 16);
  let a10 = v128.load(dw1);
  let a11 = v128.load(dw1, 16);
  let a20 = v128.load(dw2);
  let a21 = v128.load(dw2, 16);
  let a30 = v128.load(dw3);
  let a31 = v128.load(dw3, 16);
  for (let row = 0; row < rows; row++) {
    let px = x;
    const end = dy + dyRowBytes;
    for (let pd = dy; pd < end; pd += dyPixelBytes) {
      const d0 = v128.load(pd);
      const d1 = v128.load(pd, 16);
      const x0 = v128.load32_splat(px);
      a00 = f32x4.add(a00, f32x4.mul(x0, d0));
      a01 = f32x4.add(a01, f32x4.mul(x0, d1));
      const x1 = v128.load32_splat(px, 4);
      a10 = f32x4.add(a10, f32x4.mul(x1, d0));
      a11 = f32x4.add(a11, f32x4.mul(x1, d1));
      const x2 = v128.load32_splat(px, 8);
      a20 = f32x4.add(a20, f32x4.mul(x2, d0));
      a21 = f32x4.add(a21, f32x4.mul(x2, d1));
      const x3 = v128.load32_splat(px, 12);
      a30 = f32x4.add(a30, f32x4.mul(x3, d0));
      a31 = f32x4.add(a31, f32x4.mul(x3, d1));
      px += xPixelBytes;
    }
    x += xRowBytes;
    dy += dyRowBytes;
  }
  v128.store(dw, a00);
  v128.store(dw, a01, 16);
  v128.store(dw1, a10);
  v128.store(dw1, a11, 16);
  v128.store(dw2, a20);
  v128.store(dw2, a21, 16);
  v128.store(dw3, a30);
  v128.store(dw3, a31, 16);
}

/** As `tile4x8`, for 4 columns. */
function tile4x4(
  x: usize,
  dy: usize,
  dw: usize,
  rows: i32,
  xRowBytes: usize,
  xPixelBytes: usize,
  dyRowBytes: usize,
  dyPixelBytes: usize,
  dwRowBytes: usize,
): void {
  let a0 = v128.load(dw);
  let a1 = v128.load(dw + dwRowBytes);
  let a2 = v128.load(dw + 2 * dwRowBytes);
  let a3 = v128.load(dw + 3 * dwRowBytes);
  for (let row = 0; row < rows; row++) {
    let px = x;
    const end = dy + dyRowBytes;
    for (let pd = dy; pd < end; pd += dyPixelBytes) {
      const d = v128.load(pd);
      a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(px), d));
      a1 = f32x4.add(a1, f32x4.mul(v128.load32_splat(px, 4), d));
      a2 = f32x4.add(a2, f32x4.mul(v128.load32_splat(px, 8), d));
      a3 = f32x4.add(a3, f32x4.mul(v128.load32_splat(px, 12), d));
      px += xPixelBytes;
    }
    x += xRowBytes;
    dy += dyRowBytes;
  }
  v128.store(dw, a0);
  v128.store(dw + dwRowBytes, a1);
  v128.store(dw + 2 * dwRowBytes, a2);
  v128.store(dw + 3 * dwRowBytes, a3);
}

/** Adds the contribution of `rows` rows of one image's dy. x and dy point at the first row in the padded copies. */
function addRows(g: usize, x: usize, dy: usize, dw: usize, rows: i32): void {
  const channelBytes = geometry.inChannels(g) << 2;
  const imageRowBytes = (geometry.paddedWidth(g) * channelBytes) as usize;
  const xRowBytes = imageRowBytes * geometry.strideHeight(g);
  const xPixelBytes = (channelBytes * geometry.strideWidth(g)) as usize;
  const columns = roundUp4(geometry.outChannels(g));
  const dyPixelBytes = (columns << 2) as usize;
  const dyRowBytes = dyPixelBytes * geometry.outWidth(g);
  const filterRow = geometry.filterWidth(g) * geometry.inChannels(g); // values in [kw, ci]
  for (let kh = 0; kh < geometry.filterHeight(g); kh++) {
    for (let m = 0; m < filterRow; m += 4) {
      const xm = x + ((m as usize) << 2);
      let n: usize = 0;
      for (; n + 32 <= dyPixelBytes; n += 32) {
        tile4x8(xm, dy + n, dw + n, rows, xRowBytes, xPixelBytes, dyRowBytes, dyPixelBytes, dyPixelBytes);
      }
      if (n < dyPixelBytes)
        tile4x4(xm, dy + n, dw + n, rows, xRowBytes, xPixelBytes, dyRowBytes, dyPixelBytes, dyPixelBytes);
      dw += 4 * dyPixelBytes;
    }
    x += imageRowBytes;
  }
}

function addImage(g: usize, x: usize, dy: usize, dw: usize): void {
  const xRowBytes = geometry.paddedWidth(g) * (geometry.inChannels(g) << 2) * geometry.strideHeight(g);
  const dyRowBytes = geometry.outWidth(g) * (roundUp4(geometry.outChannels(g)) << 2);
  const height = geometry.outHeight(g);
  const block = max<i32>(1, BLOCK_BYTES / (xRowBytes + dyRowBytes));
  for (let row = 0; row < height; row += block) {
    addRows(g, x + row * xRowBytes, dy + row * dyRowBytes, dw, min<i32>(block, height - row));
  }
}

/**
 * @param dw - `[filterHeight, filterWidth, inChannels, outChannels]`, overwritten.
 * @param paddedX - Zero-filled buffer for one padded image, and 16 bytes more.
 * @param paddedDy - Zero-filled buffer for one dy image of `roundUp4(outChannels)` channels; used when that differs.
 * @param sums - Zero-filled, `[filterHeight, roundUp4(filterWidth · inChannels), roundUp4(outChannels)]`.
 */
export function convolutionFilterGrad(
  g: usize,
  x: usize,
  dy: usize,
  dw: usize,
  paddedX: usize,
  paddedDy: usize,
  sums: usize,
): void {
  const inRowBytes = (geometry.inWidth(g) * (geometry.inChannels(g) << 2)) as usize;
  const xPixelBytes = (geometry.inChannels(g) << 2) as usize;
  const paddedRowBytes = (geometry.paddedWidth(g) as usize) * xPixelBytes;
  const corner = paddedX + geometry.paddedTop(g) * paddedRowBytes + geometry.paddedLeft(g) * xPixelBytes;
  const outPixels = geometry.outHeight(g) * geometry.outWidth(g);
  const channels = geometry.outChannels(g);
  const columns = roundUp4(channels);
  for (let n = 0; n < geometry.batch(g); n++) {
    copyRows(x, corner, geometry.inHeight(g), inRowBytes, inRowBytes, paddedRowBytes);
    if (columns !== channels) copyPixels(dy, paddedDy, outPixels, channels, channels, columns);
    addImage(g, paddedX, columns === channels ? dy : paddedDy, sums);
    x += inRowBytes * geometry.inHeight(g);
    dy += ((outPixels * channels) as usize) << 2;
  }
  const filterRow = geometry.filterWidth(g) * geometry.inChannels(g);
  const sumsRowBytes = (roundUp4(filterRow) * columns) << 2;
  for (let kh = 0; kh < geometry.filterHeight(g); kh++) {
    copyPixels(
      sums + kh * sumsRowBytes,
      dw + ((kh * filterRow * channels) << 2),
      filterRow,
      channels,
      columns,
      channels,
    );
  }
}
