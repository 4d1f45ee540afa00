/**
 * The exports of the SIMD module. Arguments are byte offsets into the wasm heap, except counts. The file of the same
 * subject in assembly/ documents each.
 */

type Offset = number;

export interface SimdKernels {
  readonly convolutionFilterGrad: (
    geometry: Offset,
    x: Offset,
    dy: Offset,
    dw: Offset,
    paddedX: Offset,
    paddedDy: Offset,
    sums: Offset,
  ) => void;
  readonly convolutionInputGrad: (
    geometry: Offset,
    dy: Offset,
    w: Offset,
    dx: Offset,
    paddedDy: Offset,
    weights: Offset,
    positions: Offset,
    tile: Offset,
  ) => void;
  readonly depthwiseFilterGrad: (geometry: Offset, x: Offset, dy: Offset, dw: Offset, frame: Offset) => void;
  readonly depthwiseInputGrad: (
    geometry: Offset,
    dy: Offset,
    w: Offset,
    dx: Offset,
    frame: Offset,
    frameBytes: number,
  ) => void;
  readonly maxPoolGrad: (geometry: Offset, x: Offset, dy: Offset, dx: Offset) => void;
  readonly segmentSum: (
    x: Offset,
    ids: Offset,
    out: Offset,
    rows: number,
    width: number,
    segments: number,
    integers: number,
  ) => void;
  readonly reluGrad: (dy: Offset, y: Offset, dx: Offset, count: number, max: number) => void;
  readonly channelMoments: (
    x: Offset,
    rows: number,
    channels: number,
    shift: Offset,
    sums: Offset,
    squares: Offset,
  ) => void;
  readonly channelProducts: (
    dy: Offset,
    x: Offset,
    rows: number,
    channels: number,
    mean: Offset,
    sums: Offset,
    products: Offset,
  ) => void;
  readonly normalize: (
    x: Offset,
    y: Offset,
    rows: number,
    channels: number,
    mean: Offset,
    scale: Offset,
    offset: Offset,
  ) => void;
  readonly normalizeGrad: (
    dy: Offset,
    x: Offset,
    dx: Offset,
    rows: number,
    channels: number,
    mean: Offset,
    scale: Offset,
    slope: Offset,
    offset: Offset,
  ) => void;
}
