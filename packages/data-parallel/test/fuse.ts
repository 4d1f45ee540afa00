/** A layer that fails in a worker when the first input value is a certain number: it throws, or ends the thread. */
import process from "node:process";
import { isMainThread } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

export const throwsAt = 1e6;
export const exitsAt = 2e6;

export class Fuse extends tfl.layers.Layer {
  static readonly className = "Fuse";
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [input] = [inputs].flat() as [tf.Tensor];
    const [first] = isMainThread ? [] : input.dataSync();
    if (first === throwsAt) throw new Error("the fuse is blown");
    if (first === exitsAt) process.exit(3);
    return tf.clone(input);
  }
}

tf.serialization.registerClass(Fuse);
