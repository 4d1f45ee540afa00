/** The inputs of the final softmax, [batch, classes]. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

export function logits(model: tfl.LayersModel, x: tf.Tensor): Float32Array {
  const last = model.layers.at(-1);
  if (last === undefined) throw new Error("the model has no layers");
  const [kernel, bias] = last.weights;
  if (kernel === undefined || bias === undefined) throw new Error("the last layer is not dense");
  const features = tfl.model({ inputs: model.inputs, outputs: last.input as tfl.SymbolicTensor });
  return tf.tidy(() => {
    const y = features.predict(x) as tf.Tensor2D;
    return Float32Array.from(tf.add(tf.matMul(y, kernel.read() as tf.Tensor2D), bias.read()).dataSync());
  });
}

/** sin(i) at flat index i of [2, height, width, 3]. */
export function sineImages(height: number, width: number): tf.Tensor4D {
  const shape: [number, number, number, number] = [2, height, width, 3];
  const data = Float32Array.from({ length: 2 * height * width * 3 }, (_, i) => Math.sin(i));
  return tf.tensor4d(data, shape);
}
