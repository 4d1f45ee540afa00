/** A block of a random network, and the means to build it. */
import * as tfl from "@tensorflow/tfjs-layers";

export type Tensor = tfl.SymbolicTensor;

export interface Block {
  /** Chooses among the builders that fit the tensor. */
  readonly kind: number;
  readonly width: number;
  readonly kernel: number;
  readonly flag: boolean;
}

/** `layer` names a layer by its class and applies it. */
export interface Build {
  readonly layer: (kind: string, make: (name: string) => tfl.layers.Layer, x: Tensor | Tensor[]) => Tensor;
}

export type Builder = (x: Tensor, block: Block, build: Build) => Tensor;

export function buildWith(): Build {
  let count = 0;
  return { layer: (kind, make, x) => make(`${kind}_${count++}`).apply(x) as Tensor };
}

export const channelsOf = (x: Tensor): number => x.shape.at(-1) ?? 0;

/** The smallest size beside batch and channels. */
export const sizeOf = (x: Tensor): number => Math.min(...x.shape.slice(1, -1).map(Number), 99);

const activations = [
  "relu",
  "relu6",
  "elu",
  "selu",
  "sigmoid",
  "hardSigmoid",
  "softplus",
  "softsign",
  "tanh",
  "swish",
  "mish",
  "gelu",
  "softmax",
] as const;

const { layers } = tfl;

type Make = (name: string) => tfl.layers.Layer;

const chosen = (kinds: readonly Make[], which: number): Make => kinds[which % kinds.length] as Make;

/** Layers that fit a tensor of any rank. */
export const elementwise: readonly Builder[] = [
  (x, { kind, width }, { layer }) => {
    const activation = activations[(kind + width) % activations.length] as "relu";
    return layer("activation", (name) => layers.activation({ activation, name }), x);
  },
  (x, { width, flag }, { layer }) => {
    const kinds: readonly Make[] = [
      (name) => layers.leakyReLU({ name }),
      (name) => layers.elu({ name }),
      (name) => layers.thresholdedReLU({ theta: 0.2, name }),
      (name) => layers.reLU({ maxValue: 2, name }),
      (name) => layers.rescaling({ scale: 0.5, offset: 1, name }),
    ];
    return layer("unary", chosen(kinds, width + Number(flag)), x);
  },
  (x, { flag, width }, { layer }) => {
    const leading = x.shape.slice(1, -1).map((_, i) => i + 1);
    const sharedAxes = [leading, [], leading.slice(0, 1)][width % 3] ?? [];
    return layer("prelu", (name) => layers.prelu(flag ? { sharedAxes, name } : { name }), x);
  },
  (x, { width, flag }, { layer }) => {
    const kinds: readonly Make[] = [
      (name) => layers.dropout({ rate: 0.5, name }),
      (name) => layers.alphaDropout({ rate: 0.5, name }),
      (name) => layers.gaussianNoise({ stddev: 0.5, name }),
      (name) => layers.gaussianDropout({ rate: 0.5, name }),
    ];
    return layer("noise", chosen(kinds, width + Number(flag)), x);
  },
  (x, { width, flag }, { layer }) => {
    const rank = x.shape.length;
    if (rank === 5) return layer("relu", (name) => layers.reLU({ name }), x); // tfjs normalises up to four axes
    const config = { center: flag, scale: width % 2 === 0 };
    return layer("bn", (name) => layers.batchNormalization({ ...config, name }), x);
  },
  (x, { flag }, { layer }) => {
    const axes = x.shape.slice(1, -1).map((_, i) => i + 1);
    if (axes.length === 0 || axes.length === 3) return layer("relu", (name) => layers.reLU({ name }), x);
    const axis = flag ? [x.shape.length - 1] : axes;
    return layer("ln", (name) => layers.layerNormalization({ axis, name }), x);
  },
  (x, { width }, { layer }) => layer("dense", (name) => layers.dense({ units: width, name }), x),
  (x, { width, kind }, { layer }) => {
    const kinds: readonly Make[] = [
      (name) => layers.add({ name }),
      (name) => layers.multiply({ name }),
      (name) => layers.average({ name }),
      (name) => layers.maximum({ name }),
      (name) => layers.minimum({ name }),
    ];
    const other = layer(
      "dense",
      (name) => layers.dense({ units: channelsOf(x), activation: "tanh", name }),
      x,
    );
    return layer("merge", chosen(kinds, kind + width), [x, other]);
  },
  (x, { width, flag }, { layer }) => {
    const other = flag ? x : layer("dense", (name) => layers.dense({ units: width, name }), x);
    return layer("concat", (name) => layers.concatenate({ name }), [x, other, x]);
  },
];
