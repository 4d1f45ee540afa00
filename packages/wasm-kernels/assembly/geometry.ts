/**
 * The shape of one convolution or pooling, as a block of int32 in memory that src/simd/geometry.ts fills in the same
 * order. Axes: x [batch, inHeight, inWidth, inChannels], y [batch, outHeight, outWidth, outChannels].
 */

export function batch(g: usize): i32 {
  return load<i32>(g);
}
export function inHeight(g: usize): i32 {
  return load<i32>(g, 4);
}
export function inWidth(g: usize): i32 {
  return load<i32>(g, 8);
}
export function inChannels(g: usize): i32 {
  return load<i32>(g, 12);
}
export function outHeight(g: usize): i32 {
  return load<i32>(g, 16);
}
export function outWidth(g: usize): i32 {
  return load<i32>(g, 20);
}
export function outChannels(g: usize): i32 {
  return load<i32>(g, 24);
}
export function filterHeight(g: usize): i32 {
  return load<i32>(g, 28);
}
export function filterWidth(g: usize): i32 {
  return load<i32>(g, 32);
}
export function strideHeight(g: usize): i32 {
  return load<i32>(g, 36);
}
export function strideWidth(g: usize): i32 {
  return load<i32>(g, 40);
}
export function dilationHeight(g: usize): i32 {
  return load<i32>(g, 44);
}
export function dilationWidth(g: usize): i32 {
  return load<i32>(g, 48);
}
/** Zeros above the image. */
export function padTop(g: usize): i32 {
  return load<i32>(g, 52);
}
/** Zeros left of the image. */
export function padLeft(g: usize): i32 {
  return load<i32>(g, 56);
}
/** Width in pixels of a kernel's zero-padded copy of one image. */
export function paddedWidth(g: usize): i32 {
  return load<i32>(g, 60);
}
/** Where the image begins in a row of that copy. */
export function paddedLeft(g: usize): i32 {
  return load<i32>(g, 64);
}
/** Where the image begins among the rows of that copy. */
export function paddedTop(g: usize): i32 {
  return load<i32>(g, 68);
}
