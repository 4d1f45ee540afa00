/** Attributes of TensorFlow's convolutions and pooling: strides and padding. */
import type { backend_util } from "@tensorflow/tfjs-core";

type Info = Pick<backend_util.Conv2DInfo, "padInfo" | "strideHeight" | "strideWidth">;

export function strides4d({ strideHeight, strideWidth }: Info): [number, number, number, number] {
  return [1, strideHeight, strideWidth, 1];
}

/** Padding given by numbers: tfjs-node refuses it, TensorFlow supports it. */
export function hasExplicitPadding({ padInfo: { type } }: Info): boolean {
  return type !== "SAME" && type !== "VALID";
}

export type WindowAttributes = Readonly<Record<string, string | readonly number[]>>;

/** Attributes of an operation with explicit padding. */
export function explicitWindow(info: Info): WindowAttributes {
  const { top, bottom, left, right } = info.padInfo;
  return {
    padding: "EXPLICIT",
    explicit_paddings: [0, 0, top, bottom, left, right, 0, 0],
    strides: strides4d(info),
  };
}
