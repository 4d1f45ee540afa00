// What TensorFlow's convolutions and pooling are told of their windows.

import type { backend_util } from "@tensorflow/tfjs-core";

type Info = Pick<backend_util.Conv2DInfo, "padInfo" | "strideHeight" | "strideWidth">;

export const steps = ({ strideHeight, strideWidth }: Info): [number, number, number, number] => [
  1,
  strideHeight,
  strideWidth,
  1,
];

/** Whether tfjs-node refuses the padding, which TensorFlow takes. */
export const isPaddedByNumbers = ({ padInfo: { type } }: Info): boolean =>
  type !== "SAME" && type !== "VALID";

export type WindowAttributes = Readonly<Record<string, string | readonly number[]>>;

/** Attributes of an operation padded by numbers. */
export const explicitWindow = (info: Info): WindowAttributes => {
  const { top, bottom, left, right } = info.padInfo;
  return {
    padding: "EXPLICIT",
    explicit_paddings: [0, 0, top, bottom, left, right, 0, 0],
    strides: steps(info),
  };
};
