/** Visits every tap of every window of a convolution or pooling over three axes; taps in the padding are left out. */
import type { backend_util } from "@tensorflow/tfjs-core";

type WindowInfo = Pick<
  backend_util.Conv3DInfo,
  "batchSize" | "filterDepth" | "filterHeight" | "filterWidth" | "padInfo"
> &
  Pick<backend_util.Conv3DInfo, "inDepth" | "inHeight" | "inWidth" | "outDepth" | "outHeight" | "outWidth"> &
  Pick<backend_util.Conv3DInfo, "strideDepth" | "strideHeight" | "strideWidth">;

interface Axis {
  readonly size: number;
  readonly windows: number;
  readonly taps: number;
  readonly stride: number;
  readonly before: number;
}

/** @param visit - Receives row-major indices: of the window and of the input's place, batch included, and of the tap. */
export function walk3d(info: WindowInfo, visit: (window: number, place: number, tap: number) => void): void {
  const axes = axesOf(info);
  const windowCount = axes.reduce((n, { windows }) => n * windows, info.batchSize);
  const tapCount = axes.reduce((n, { taps }) => n * taps, 1);
  for (let window = 0; window < windowCount; window++) {
    for (let tap = 0; tap < tapCount; tap++) {
      const place = placeOf(axes, window, tap);
      if (place >= 0) visit(window, place, tap);
    }
  }
}

/** -1 in the padding. */
function placeOf(axes: readonly Axis[], window: number, tap: number): number {
  let [place, scale] = [0, 1];
  for (let i = axes.length - 1; i >= 0; i--) {
    const { size, windows, taps, stride, before } = axes[i] as Axis;
    const along = (window % windows) * stride - before + (tap % taps);
    if (along < 0 || along >= size) return -1;
    place += along * scale;
    scale *= size;
    window = Math.floor(window / windows);
    tap = Math.floor(tap / taps);
  }
  return place + window * scale; // what is left of the window's index is the example's
}

const axesOf = (info: WindowInfo): readonly Axis[] => [
  {
    size: info.inDepth,
    windows: info.outDepth,
    taps: info.filterDepth,
    stride: info.strideDepth,
    before: info.padInfo.front,
  },
  {
    size: info.inHeight,
    windows: info.outHeight,
    taps: info.filterHeight,
    stride: info.strideHeight,
    before: info.padInfo.top,
  },
  {
    size: info.inWidth,
    windows: info.outWidth,
    taps: info.filterWidth,
    stride: info.strideWidth,
    before: info.padInfo.left,
  },
];
