/** Copies of one image with other strides: into a zero-padded frame, and between padded and packed rows. */

/** Copies `rows` runs of `bytes` bytes between two row strides (in bytes). */
export function copyRows(
  from: usize,
  to: usize,
  rows: i32,
  bytes: usize,
  fromStride: usize,
  toStride: usize,
): void {
  for (let row = 0; row < rows; row++) {
    memory.copy(to, from, bytes);
    from += fromStride;
    to += toStride;
  }
}

/** The smallest multiple of 4 that is not below n. */
export function roundUp4(n: i32): i32 {
  return (n + 3) & ~3;
}

/** Copies float32 pixels one by one where their channel counts differ (short runs, so without memory.copy). */
export function copyPixels(
  from: usize,
  to: usize,
  pixels: i32,
  channels: i32,
  fromChannels: i32,
  toChannels: i32,
): void {
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      store<f32>(to + ((channel as usize) << 2), load<f32>(from + ((channel as usize) << 2)));
    }
    from += (fromChannels as usize) << 2;
    to += (toChannels as usize) << 2;
  }
}
