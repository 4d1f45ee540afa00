/** out[ids[r], :] += x[r, :]; rows whose id is outside 0..segments-1 are left out. */
import { accumulate, accumulateIntegers } from "./elementwise";

/** @param out - `[segments, width]`, zeroed. */
export function segmentSum(
  x: usize,
  ids: usize,
  out: usize,
  rows: i32,
  width: i32,
  segments: i32,
  integers: bool,
): void {
  const row = (width as usize) << 2;
  for (let r = 0; r < rows; r++) {
    const id = load<i32>(ids + ((r as usize) << 2));
    if (id >= 0 && id < segments) {
      if (integers) accumulateIntegers(x, out + id * row, width);
      else accumulate(x, out + id * row, width);
    }
    x += row;
  }
}
