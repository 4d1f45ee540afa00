/**
 * ∂L/∂x of a convolution with dilation 1, in channels-last layout, with padding p and stride s:
 *   dx[n, ih, iw, ci] = Σ_{kh,kw,co} dy[n, (ih + p - kh)/s, (iw + p - kw)/s, co] · w[kh, kw, ci, co]
 * over the kernel positions (kh, kw) for which both divisions are exact. Pixels of equal phase (iw mod s) use the same kernel
 * positions and neighbouring pixels of dy, so a tile is 4 such pixels × 8 input channels held in registers. The zeros that a
 * dilated dy would contain are never multiplied.
 */
import { copyRows, roundUp4 } from "./copy-image";
import * as geometry from "./geometry";

/**
 * Bytes of one entry of the list of positions: the address in dy for the first pixel of this phase, and the address of the
 * weights [co, ci] of kernel position (kh, kw).
 */
const POSITION_BYTES: usize = 8;

/** out[4 pixels, 8 channels] = Σ over positions and co; `dyShift` and `wShift` are the byte offsets of this tile. */
function tile4x8(
  out: usize,
  positions: usize,
  positionsEnd: usize,
  dyShift: usize,
  wShift: usize,
  dyPixelBytes: usize,
  wRowBytes: usize,
): void {
  let a00 = f32x4.splat(0);
  let a01 = f32x4.splat(0);
  let a10 = f32x4.splat(0);
  let a11 = f32x4.splat(0);
  let a20 = f32x4.splat(0);
  let a21 = f32x4.splat(0);
  let a30 = f32x4.splat(0);
  let a31 = f32x4.splat(0);
  for (; positions < positionsEnd; positions += POSITION_BYTES) {
    let p0: usize = load<u32>(positions) + dyShift;
    let w: usize = load<u32>(positions, 4) + wShift;
    let p1 = p0 + dyPixelBytes;
    let p2 = p1 + dyPixelBytes;
    let p3 = p2 + dyPixelBytes;
    const end = p0 + dyPixelBytes;
    while (p0 < end) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      const d0 = v128.load32_splat(p0);
      a00 = f32x4.add(a00, f32x4.mul(d0, w0));
      a01 = f32x4.add(a01, f32x4.mul(d0, w1));
      const d1 = v128.load32_splat(p1);
      a10 = f32x4.add(a10, f32x4.mul(d1, w0));
      a11 = f32x4.add(a11, f32x4.mul(d1, w1));
      const d2 = v128.load32_splat(p2);
      a20 = f32x4.add(a20, f32x4.mul(d2, w0));
      a21 = f32x4.add(a21, f32x4.mul(d2, w1));
      const d3 = v128.load32_splat(p3);
      a30 = f32x4.add(a30, f32x4.mul(d3, w0));
      a31 = f32x4.add(a31, f32x4.mul(d3, w1));
      w += wRowBytes;
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
    }
  }
  v128.store(out, a00);
  v128.store(out, a01, 16);
  v128.store(out, a10, 32);
  v128.store(out, a11, 48);
  v128.store(out, a20, 64);
  v128.store(out, a21, 80);
  v128.store(out, a30, 96);
  v128.store(out, a31, 112);
}

/** As `tile4x8`, for 4 channels; the pixels of `out` stay 8 channels apart. */
function tile4x4(
  out: usize,
  positions: usize,
  positionsEnd: usize,
  dyShift: usize,
  wShift: usize,
  dyPixelBytes: usize,
  wRowBytes: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  for (; positions < positionsEnd; positions += POSITION_BYTES) {
    let p: usize = load<u32>(positions) + dyShift;
    let w: usize = load<u32>(positions, 4) + wShift;
    const end = p + dyPixelBytes;
    for (; p < end; p += 4) {
      const w0 = v128.load(w);
      a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(p), w0));
      a1 = f32x4.add(a1, f32x4.mul(v128.load32_splat(p + dyPixelBytes), w0));
      a2 = f32x4.add(a2, f32x4.mul(v128.load32_splat(p + 2 * dyPixelBytes), w0));
      a3 = f32x4.add(a3, f32x4.mul(v128.load32_splat(p + 3 * dyPixelBytes), w0));
      w += wRowBytes;
    }
  }
  v128.store(out, a0);
  v128.store(out, a1, 32);
  v128.store(out, a2, 64);
  v128.store(out, a3, 96);
}

/** Lists the kernel positions that the pixels (ih, phase), (ih, phase + s) … use, and returns the end of the list. */
function writePositions(g: usize, ih: i32, phase: i32, dy: usize, weights: usize, positions: usize): usize {
  const dyPixelBytes = geometry.outChannels(g) << 2;
  const bytesPerPosition = geometry.outChannels(g) * (roundUp4(geometry.inChannels(g)) << 2);
  for (let kh = 0; kh < geometry.filterHeight(g); kh++) {
    const rowOffset = ih + geometry.padTop(g) - kh;
    const oh = rowOffset / geometry.strideHeight(g);
    if (rowOffset < 0 || rowOffset % geometry.strideHeight(g) !== 0 || oh >= geometry.outHeight(g)) continue;
    for (let kw = 0; kw < geometry.filterWidth(g); kw++) {
      const columnOffset = phase + geometry.padLeft(g) - kw;
      if (columnOffset % geometry.strideWidth(g) !== 0) continue;
      const ow = columnOffset / geometry.strideWidth(g) + geometry.paddedLeft(g);
      store<u32>(positions, dy + (oh * geometry.paddedWidth(g) + ow) * dyPixelBytes);
      store<u32>(positions, weights + (kh * geometry.filterWidth(g) + kw) * bytesPerPosition, 4);
      positions += POSITION_BYTES;
    }
  }
  return positions;
}

/** Copies the part of a tile that lies in the image: `pixels` × `bytes`. */
function storeTile(tile: usize, dx: usize, pixels: i32, bytes: usize, pixelStride: usize): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let b: usize = 0; b < bytes; b += 4) store<f32>(dx + b, load<f32>(tile + b));
    tile += 32;
    dx += pixelStride;
  }
}

/** The pixels phase, phase + s … of one row. `dx` points at the first of them. */
function writePhase(
  g: usize,
  phase: i32,
  dx: usize,
  positions: usize,
  positionsEnd: usize,
  tile: usize,
): void {
  const dxPixelBytes = (geometry.inChannels(g) << 2) as usize;
  const wRowBytes = (roundUp4(geometry.inChannels(g)) << 2) as usize;
  const dyPixelBytes = (geometry.outChannels(g) << 2) as usize;
  const stride = geometry.strideWidth(g);
  const pixels = (geometry.inWidth(g) - phase + stride - 1) / stride;
  const pixelStride = dxPixelBytes * stride;
  for (let first = 0; first < pixels; first += 4) {
    const count = min<i32>(4, pixels - first);
    const dyShift = first * dyPixelBytes;
    let c: usize = 0;
    for (; c + 32 <= wRowBytes; c += 32) {
      tile4x8(tile, positions, positionsEnd, dyShift, c, dyPixelBytes, wRowBytes);
      storeTile(tile, dx + c, count, min<usize>(32, dxPixelBytes - c), pixelStride);
    }
    if (c < wRowBytes) {
      tile4x4(tile, positions, positionsEnd, dyShift, c, dyPixelBytes, wRowBytes);
      storeTile(tile, dx + c, count, min<usize>(16, dxPixelBytes - c), pixelStride);
    }
    dx += 4 * pixelStride;
  }
}

/** [kh, kw, ci, co] -> [kh, kw, co, ci], ci padded to a multiple of 4 in a zero-filled buffer. */
function transposeFilter(g: usize, w: usize, weights: usize): void {
  const positions = geometry.filterHeight(g) * geometry.filterWidth(g);
  const rows = geometry.inChannels(g);
  const columns = geometry.outChannels(g);
  const padded = roundUp4(rows);
  for (let position = 0; position < positions; position++) {
    for (let ci = 0; ci < rows; ci++) {
      for (let co = 0; co < columns; co++) {
        store<f32>(weights + (((position * columns + co) * padded + ci) << 2), load<f32>(w));
        w += 4;
      }
    }
  }
}

/**
 * @param w - `[filterHeight, filterWidth, inChannels, outChannels]`
 * @param dx - Overwritten.
 * @param paddedDy - Zero-filled buffer for one dy image whose rows are `paddedWidth` pixels: 3 more than the pixels of a
 *   row of dx need, because the last tile of a row reads up to 3 pixels beyond them.
 * @param weights - Zero-filled buffer for the transposed filter with `roundUp4(inChannels)` input channels.
 * @param positions - Buffer for `filterHeight · filterWidth` positions.
 * @param tile - Buffer for 4 × 8 floats.
 */
export function convolutionInputGrad(
  g: usize,
  dy: usize,
  w: usize,
  dx: usize,
  paddedDy: usize,
  weights: usize,
  positions: usize,
  tile: usize,
): void {
  transposeFilter(g, w, weights);
  const dyPixelBytes = (geometry.outChannels(g) << 2) as usize;
  const dyRowBytes = geometry.outWidth(g) * dyPixelBytes;
  const dxPixelBytes = geometry.inChannels(g) << 2;
  for (let n = 0; n < geometry.batch(g); n++) {
    const corner = paddedDy + geometry.paddedLeft(g) * dyPixelBytes;
    copyRows(
      dy,
      corner,
      geometry.outHeight(g),
      dyRowBytes,
      dyRowBytes,
      geometry.paddedWidth(g) * dyPixelBytes,
    );
    dy += geometry.outHeight(g) * dyRowBytes;
    for (let ih = 0; ih < geometry.inHeight(g); ih++) {
      for (let phase = 0; phase < min<i32>(geometry.strideWidth(g), geometry.inWidth(g)); phase++) {
        const positionsEnd = writePositions(g, ih, phase, paddedDy, weights, positions);
        writePhase(g, phase, dx + phase * dxPixelBytes, positions, positionsEnd, tile);
      }
      dx += geometry.inWidth(g) * dxPixelBytes;
    }
  }
}
