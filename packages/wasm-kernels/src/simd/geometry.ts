/** The shape of a convolution or pooling as the SIMD module reads it: int32 values in the order of assembly/geometry.ts. */
import type { backend_util } from "@tensorflow/tfjs-core";

/** The zero-padded copy that a kernel makes of one image: its size, and the image's offset in it, in pixels. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
}

export function geometryValues(info: backend_util.Conv2DInfo, frame: Frame): Int32Array {
  return Int32Array.of(
    info.batchSize,
    info.inHeight,
    info.inWidth,
    info.inChannels,
    info.outHeight,
    info.outWidth,
    info.outChannels,
    info.filterHeight,
    info.filterWidth,
    info.strideHeight,
    info.strideWidth,
    info.dilationHeight,
    info.dilationWidth,
    info.padInfo.top,
    info.padInfo.left,
    frame.width,
    frame.left,
    frame.top,
  );
}

/** The frame that contains every window of the forward pass. */
export function inputFrame(info: backend_util.Conv2DInfo): Frame {
  const { top, left } = info.padInfo;
  return {
    height: Math.max(
      (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight,
      top + info.inHeight,
    ),
    width: Math.max((info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth, left + info.inWidth),
    top,
    left,
  };
}

/** The frame of dy that contains every column read for an input pixel, and for up to 3 pixels after a row. */
export function outputFrame(info: backend_util.Conv2DInfo): Frame {
  const { left } = info.padInfo;
  const before = Math.max(0, Math.ceil((info.filterWidth - 1 - left) / info.strideWidth));
  const last = Math.floor((info.inWidth - 1 + left) / info.strideWidth);
  const width = before + Math.max(info.outWidth, last + 1) + 3;
  return { height: info.outHeight, width, top: 0, left: before };
}

export function roundUp4(n: number): number {
  return Math.ceil(n / 4) * 4;
}
