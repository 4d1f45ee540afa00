/**
 * Gradients of the depthwise convolution. In memory, channel c's `mult` outputs are neighbours, so both work on
 * c · mult channels side by side: the padded copy of x repeats each channel `mult` times, and that of dx is summed.
 */
import * as geometry from "./geometry";

function multiplier(g: usize): i32 {
  return geometry.outChannels(g) / geometry.inChannels(g);
}

function framePixel(g: usize, row: i32, column: i32): usize {
  return ((row * geometry.paddedWidth(g) + column) as usize) * ((geometry.outChannels(g) << 2) as usize);
}

/** Copies one image into its frame, every channel `mult` times. */
function expandImage(g: usize, x: usize, frame: usize): void {
  const repeat = multiplier(g);
  for (let h = 0; h < geometry.inHeight(g); h++) {
    let to = frame + framePixel(g, h + geometry.paddedTop(g), geometry.paddedLeft(g));
    const values = geometry.inWidth(g) * geometry.inChannels(g);
    for (let i = 0; i < values; i++) {
      const value = load<f32>(x);
      x += 4;
      for (let m = 0; m < repeat; m++) {
        store<f32>(to, value);
        to += 4;
      }
    }
  }
}

/** The reverse: writes the sums of `mult` neighbours of the frame. */
function sumImage(g: usize, frame: usize, dx: usize): void {
  const repeat = multiplier(g);
  for (let h = 0; h < geometry.inHeight(g); h++) {
    let from = frame + framePixel(g, h + geometry.paddedTop(g), geometry.paddedLeft(g));
    const values = geometry.inWidth(g) * geometry.inChannels(g);
    for (let i = 0; i < values; i++) {
      let sum: f32 = 0;
      for (let m = 0; m < repeat; m++) {
        sum += load<f32>(from);
        from += 4;
      }
      store<f32>(dx, sum);
      dx += 4;
    }
  }
}

/** to += a · b, value by value. */
function multiplyAdd(a: usize, b: usize, to: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    v128.store(to + i, f32x4.add(v128.load(to + i), f32x4.mul(v128.load(a + i), v128.load(b + i))));
  }
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(a + i) * load<f32>(b + i));
}

/** Visits every filter position of one output pixel: adds to dw when `toFilter`, else to the frame of dx. */
function visitTaps(g: usize, frame: usize, dy: usize, filter: usize, toFilter: bool): void {
  const bytes = (geometry.outChannels(g) << 2) as usize;
  for (let kh = 0; kh < geometry.filterHeight(g); kh++) {
    for (let kw = 0; kw < geometry.filterWidth(g); kw++) {
      const at = frame + framePixel(g, kh * geometry.dilationHeight(g), kw * geometry.dilationWidth(g));
      if (toFilter) multiplyAdd(at, dy, filter, bytes);
      else multiplyAdd(filter, dy, at, bytes);
      filter += bytes;
    }
  }
}

function visitImage(g: usize, frame: usize, dy: usize, filter: usize, toFilter: bool): void {
  for (let oh = 0; oh < geometry.outHeight(g); oh++) {
    for (let ow = 0; ow < geometry.outWidth(g); ow++) {
      const corner = frame + framePixel(g, oh * geometry.strideHeight(g), ow * geometry.strideWidth(g));
      visitTaps(g, corner, dy, filter, toFilter);
      dy += (geometry.outChannels(g) << 2) as usize;
    }
  }
}

function imageBytes(g: usize): usize {
  return (geometry.inHeight(g) * geometry.inWidth(g) * geometry.inChannels(g)) << 2;
}

function outImageBytes(g: usize): usize {
  return (geometry.outHeight(g) * geometry.outWidth(g) * geometry.outChannels(g)) << 2;
}

/**
 * @param dw - `[filterHeight, filterWidth, channels, mult]`, zero-filled.
 * @param frame - Zero-filled buffer for one padded image of `channels · mult`.
 */
export function depthwiseFilterGrad(g: usize, x: usize, dy: usize, dw: usize, frame: usize): void {
  for (let n = 0; n < geometry.batch(g); n++) {
    expandImage(g, x, frame);
    visitImage(g, frame, dy, dw, true);
    x += imageBytes(g);
    dy += outImageBytes(g);
  }
}

/** @param frame - Buffer of `frameBytes` bytes for one padded image of `channels · mult`. */
export function depthwiseInputGrad(
  g: usize,
  dy: usize,
  w: usize,
  dx: usize,
  frame: usize,
  frameBytes: usize,
): void {
  for (let n = 0; n < geometry.batch(g); n++) {
    memory.fill(frame, 0, frameBytes);
    visitImage(g, frame, dy, w, false);
    sumImage(g, frame, dx);
    dx += imageBytes(g);
    dy += outImageBytes(g);
  }
}
