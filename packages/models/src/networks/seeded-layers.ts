/**
 * The layers of the networks, with PyTorch's semantics: padding is a number of pixels on every side, batch normalisation
 * has ε 1e-5 and momentum 0.9. Kernels are initialised by truncated He normal (He et al. 2015, arXiv 1502.01852) with
 * seeds derived from the network's seed and the layer's name, independent of the other layers.
 */
import { hash32 } from "@secateur/base";
import * as tfl from "@tensorflow/tfjs-layers";
import type { NetworkOptions } from "./network-options.ts";

interface ConvolutionOptions {
  readonly filters: number;
  readonly kernel: number;
  /** Default 1. */
  readonly stride?: number;
  /** Zero padding on every side, in pixels. Default 0. */
  readonly padding?: number;
  /** Default false, for convolutions followed by batch normalisation. */
  readonly bias?: boolean;
  /** Default none. */
  readonly activation?: "relu";
}

type DepthwiseOptions = Pick<ConvolutionOptions, "kernel" | "stride" | "padding">;

export interface SeededLayers {
  /** [batch, height, width, channels] to [batch, height', width', filters]. */
  convolution(x: tfl.SymbolicTensor, name: string, options: ConvolutionOptions): tfl.SymbolicTensor;
  /** One filter per channel, no bias: [batch, height, width, channels] to [batch, height', width', channels]. */
  depthwiseConvolution(x: tfl.SymbolicTensor, name: string, options: DepthwiseOptions): tfl.SymbolicTensor;
  /** [batch, inputs] to [batch, units]. */
  dense(
    x: tfl.SymbolicTensor,
    name: string,
    units: number,
    activation: "relu" | "softmax" | "linear",
  ): tfl.SymbolicTensor;
}

type Initializer = ReturnType<typeof tfl.initializers.heNormal>;

export function seededLayers({ seed, kernels }: Pick<NetworkOptions, "seed" | "kernels">): SeededLayers {
  const kernelInitializer = (name: string): Initializer =>
    kernels === "zeros"
      ? tfl.initializers.zeros()
      : tfl.initializers.heNormal({ seed: deriveSeed(seed, name) });
  const depthwiseInitializer = (name: string, channels: number): Initializer =>
    kernels === "zeros"
      ? tfl.initializers.zeros()
      : tfl.initializers.varianceScaling({
          // tfjs multiplies the fan-in by the number of channels; every filter has one.
          scale: 2 * channels,
          mode: "fanIn",
          distribution: "normal",
          seed: deriveSeed(seed, name),
        });
  return {
    convolution(x, name, { filters, kernel, stride = 1, padding = 0, bias = false, activation }) {
      const { padded, mode } = pad(x, name, { kernel, stride, padding });
      const layer = tfl.layers.conv2d({
        name,
        filters,
        kernelSize: kernel,
        strides: stride,
        padding: mode,
        useBias: bias,
        kernelInitializer: kernelInitializer(name),
        ...(activation === undefined ? {} : { activation }),
      });
      return apply(layer, padded);
    },
    depthwiseConvolution(x, name, { kernel, stride = 1, padding = 0 }) {
      const { padded, mode } = pad(x, name, { kernel, stride, padding });
      const layer = tfl.layers.depthwiseConv2d({
        name,
        kernelSize: kernel,
        strides: stride,
        padding: mode,
        useBias: false,
        depthwiseInitializer: depthwiseInitializer(name, x.shape.at(-1) ?? 1),
      });
      return apply(layer, padded);
    },
    dense: (x, name, units, activation) =>
      apply(tfl.layers.dense({ name, units, activation, kernelInitializer: kernelInitializer(name) }), x),
  };
}

/** PyTorch's padding: "same" if tfjs pads evenly too, otherwise explicit zero padding before a "valid" convolution. */
function pad(
  x: tfl.SymbolicTensor,
  name: string,
  { kernel, stride, padding }: Required<DepthwiseOptions>,
): { readonly padded: tfl.SymbolicTensor; readonly mode: "same" | "valid" } {
  if (stride === 1 && 2 * padding === kernel - 1) return { padded: x, mode: "same" };
  if (padding === 0) return { padded: x, mode: "valid" };
  return { padded: apply(tfl.layers.zeroPadding2d({ padding, name: `${name}.pad` }), x), mode: "valid" };
}

export function batchNormalization(x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return apply(tfl.layers.batchNormalization({ name, epsilon: 1e-5, momentum: 0.9 }), x);
}

export function relu(x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return apply(tfl.layers.activation({ name, activation: "relu" }), x);
}

/** min(max(x, 0), 6) */
export function relu6(x: tfl.SymbolicTensor, name: string): tfl.SymbolicTensor {
  return apply(tfl.layers.reLU({ name, maxValue: 6 }), x);
}

export function apply(
  layer: tfl.layers.Layer,
  x: tfl.SymbolicTensor | tfl.SymbolicTensor[],
): tfl.SymbolicTensor {
  return layer.apply(x) as tfl.SymbolicTensor;
}

/** From 1 to 2^32: tfjs takes a seed of 0 for "no seed". */
export function deriveSeed(seed: number, name: string): number {
  return hash32(`${seed}/${name}`) + 1;
}
