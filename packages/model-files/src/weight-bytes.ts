/** The number of bytes that a weight takes in a file. */
import * as tf from "@tensorflow/tfjs-core";

/** @param specs - The entries of a weights manifest; quantised weights count as they are stored. */
export function storedBytes(specs: readonly tf.io.WeightsManifestEntry[]): number {
  return specs.reduce((sum, { shape, dtype, quantization }) => {
    return sum + tf.util.sizeFromShape(shape) * bytesPerElement[quantization?.dtype ?? dtype];
  }, 0);
}

const bytesPerElement: Readonly<Record<StoredType, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
  string: Number.NaN,
  complex64: 8,
};

type Spec = tf.io.WeightsManifestEntry;
type StoredType = Spec["dtype"] | NonNullable<Spec["quantization"]>["dtype"];
