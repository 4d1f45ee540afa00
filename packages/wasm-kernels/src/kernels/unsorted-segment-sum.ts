/** Adds rows into segments, the gradient of gather: assembly/segment-sum.ts. */
import {
  type KernelConfig,
  UnsortedSegmentSum,
  type UnsortedSegmentSumAttrs,
  util,
} from "@tensorflow/tfjs-core";
import { UnsupportedKernelInputError } from "../errors.ts";
import { simdOf } from "../simd/simd-module.ts";
import { fillZero, makeOutput, offsetOf } from "../simd/wasm-heap.ts";
import { defineKernel } from "./define-kernel.ts";

export const unsortedSegmentSum: KernelConfig = defineKernel<"x" | "segmentIds", UnsortedSegmentSumAttrs>(
  UnsortedSegmentSum,
  ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }) => {
    const [rows = 0, ...rest] = x.shape;
    if (segmentIds.dtype !== "int32" || segmentIds.shape.length !== 1 || segmentIds.shape[0] !== rows) {
      throw new UnsupportedKernelInputError(
        `${UnsortedSegmentSum} takes int32 segment ids of shape [${rows}], one for each row of [${x.shape}]; ` +
          `got ${segmentIds.dtype} [${segmentIds.shape}]`,
      );
    }
    if (x.dtype !== "float32" && x.dtype !== "int32") {
      throw new UnsupportedKernelInputError(
        `${UnsortedSegmentSum} takes float32 or int32 values, got ${x.dtype}`,
      );
    }
    const out = makeOutput(backend, [numSegments, ...rest], x.dtype);
    fillZero(backend, out);
    simdOf(backend).segmentSum(
      offsetOf(backend, x),
      offsetOf(backend, segmentIds),
      offsetOf(backend, out),
      rows,
      util.sizeFromShape(rest),
      numSegments,
      x.dtype === "int32" ? 1 : 0,
    );
    return out;
  },
);
