/** The layer classes of UpscalerJS's ESRGAN networks, registered with tfjs; https://github.com/thekevinscott/UpscalerJS. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

export class MultiplyBeta extends tfl.layers.Layer {
  static className = "MultiplyBeta";

  constructor(config) {
    super(config);
    this.beta = config.beta;
  }

  call(inputs) {
    return tf.mul([inputs].flat()[0], this.beta);
  }

  getConfig() {
    return { ...super.getConfig(), beta: this.beta };
  }
}

export class PixelShuffle4x extends tfl.layers.Layer {
  static className = "PixelShuffle4x";

  constructor(config) {
    super(config);
    this.scale = config.scale;
  }

  computeOutputShape([batch, height, width, channels]) {
    const enlarged = [height, width].map((size) => (size === null ? null : size * this.scale));
    return [batch, ...enlarged, channels / this.scale ** 2];
  }

  call(inputs) {
    return tf.depthToSpace([inputs].flat()[0], this.scale, "NHWC");
  }

  getConfig() {
    return { ...super.getConfig(), scale: this.scale };
  }
}

for (const Layer of [MultiplyBeta, PixelShuffle4x]) tf.serialization.registerClass(Layer);
