/**
 * Random small networks for property tests: chains of convolutions, normalisation, residual and dense blocks, shared
 * and depthwise layers, padded shortcuts, nested models, with random weights, so that every coupling between channels turns up.
 */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";

const blockKinds = [
  "conv",
  "batchNorm",
  "activation",
  "residual",
  "projection",
  "paddedShortcut",
  "branches",
  "twice",
  "depthwise",
  "pool",
  "zeroPad",
  "shared",
  "squeeze",
  "dropout",
  "nested",
] as const;

export interface BlockSpec {
  readonly kind: (typeof blockKinds)[number];
  readonly width: number;
  readonly kernel: number;
  readonly stride: number;
  readonly flag: boolean;
}

export interface ArchitectureSpec {
  readonly size: number;
  readonly channels: number;
  readonly blocks: readonly BlockSpec[];
  readonly head: "average" | "max" | "flatten" | "flattenNorm" | "twoHeads";
  /** Of the output layers. */
  readonly activation: "linear" | "softmax" | "sigmoid";
  readonly seed: number;
}

/** What a random network is made of; `buildArchitecture` makes the model. Shrinks to few, plain blocks. */
export const architecture: fc.Arbitrary<ArchitectureSpec> = fc.record({
  size: fc.integer({ min: 6, max: 9 }),
  channels: fc.integer({ min: 1, max: 3 }),
  blocks: fc.array(
    fc.record({
      kind: fc.constantFrom(...blockKinds),
      width: fc.integer({ min: 2, max: 5 }),
      kernel: fc.constantFrom(1, 3),
      stride: fc.constantFrom(1, 2),
      flag: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  head: fc.constantFrom("average", "max", "flatten", "flattenNorm", "twoHeads"),
  activation: fc.constantFrom("linear", "softmax", "sigmoid"),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

type Tensor = tfl.SymbolicTensor;

/** The model of a spec, with random weights and batch statistics. The caller disposes it. */
export function buildArchitecture(spec: ArchitectureSpec): tfl.LayersModel {
  const naming = layerNames();
  const input = tfl.input({ shape: [spec.size, spec.size + 1, spec.channels], name: naming("input") });
  const first = convolution(input, { kind: "conv", width: 4, kernel: 3, stride: 1, flag: true }, naming);
  const body = spec.blocks.reduce<Tensor>((x, block) => builders[block.kind](x, block, naming), first);
  const model = tfl.model({ inputs: input, outputs: heads(body, spec, naming) });
  randomizeWeights(model, spec.seed);
  return model;
}

type Naming = (kind: string) => string;

function layerNames(): Naming {
  let count = 0;
  return (kind) => `${kind}_${count++}`;
}

const apply = (layer: tfl.layers.Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const channelsOf = (x: Tensor): number => x.shape.at(-1) ?? 0;
const relu = (x: Tensor, naming: Naming): Tensor => apply(tfl.layers.reLU({ name: naming("relu") }), x);
const norm = (x: Tensor, naming: Naming): Tensor =>
  apply(tfl.layers.batchNormalization({ name: naming("bn") }), x);
const add = (xs: Tensor[], naming: Naming): Tensor => apply(tfl.layers.add({ name: naming("add") }), xs);

function convolution(x: Tensor, { width, kernel, stride, flag }: BlockSpec, naming: Naming): Tensor {
  const config = {
    filters: width,
    kernelSize: kernel,
    strides: stride,
    useBias: flag,
    padding: "same" as const,
  };
  return apply(tfl.layers.conv2d({ ...config, name: naming("conv") }), x);
}

const builders: Readonly<Record<BlockSpec["kind"], (x: Tensor, block: BlockSpec, naming: Naming) => Tensor>> =
  {
    conv: convolution,
    batchNorm: (x, _, naming) => norm(x, naming),
    activation: (x, { width, flag }, naming) => {
      if (flag) return apply(tfl.layers.leakyReLU({ name: naming("leaky") }), x);
      const activation = (["relu", "tanh", "sigmoid", "elu"] as const)[width % 4] ?? "relu";
      return apply(tfl.layers.activation({ activation, name: naming("act") }), x);
    },
    residual: (x, block, naming) => {
      const inner = relu(norm(convolution(x, { ...block, stride: 1 }, naming), naming), naming);
      const last = convolution(inner, { ...block, stride: 1, width: channelsOf(x) }, naming);
      return relu(add([x, block.flag ? norm(last, naming) : last], naming), naming);
    },
    projection: (x, block, naming) => {
      const main = norm(convolution(x, block, naming), naming);
      const shortcut = norm(convolution(x, { ...block, kernel: 1 }, naming), naming);
      return relu(add([main, shortcut], naming), naming);
    },
    paddedShortcut: (x, block, naming) => {
      const extra = block.width % 3;
      const after = block.flag ? extra : 0;
      const main = convolution(x, { ...block, width: channelsOf(x) + extra + after, stride: 2 }, naming);
      const sliced = apply(tfl.layers.maxPooling2d({ poolSize: 1, strides: 2, name: naming("slice") }), x);
      const turned = apply(tfl.layers.permute({ dims: [3, 1, 2], name: naming("turn") }), sliced);
      const padding: [[number, number], [number, number]] = [
        [extra, after],
        [0, 0],
      ];
      const padded = apply(tfl.layers.zeroPadding2d({ padding, name: naming("pad") }), turned);
      const shortcut = apply(tfl.layers.permute({ dims: [2, 3, 1], name: naming("back") }), padded);
      return add([norm(main, naming), shortcut], naming);
    },
    branches: (x, block, naming) => {
      const left = relu(convolution(x, { ...block, stride: 1 }, naming), naming);
      const right = block.flag ? x : convolution(x, { ...block, stride: 1, kernel: 1, width: 2 }, naming);
      return apply(tfl.layers.concatenate({ name: naming("concat") }), [left, right]);
    },
    twice: (x, _, naming) => apply(tfl.layers.concatenate({ name: naming("concat") }), [x, x]),
    depthwise: (x, { kernel, stride, flag, width }, naming) => {
      const config = { kernelSize: kernel, strides: stride, depthMultiplier: 1 + (width % 2), useBias: flag };
      return apply(tfl.layers.depthwiseConv2d({ ...config, padding: "same", name: naming("depthwise") }), x);
    },
    pool: (x, { flag }, naming) => {
      const config = { poolSize: 2, strides: 2, padding: "same" as const, name: naming("pool") };
      return apply(flag ? tfl.layers.maxPooling2d(config) : tfl.layers.averagePooling2d(config), x);
    },
    zeroPad: (x, { stride }, naming) => {
      const padding: [[number, number], [number, number]] = [
        [1, stride],
        [0, 1],
      ];
      return apply(tfl.layers.zeroPadding2d({ padding, name: naming("pad") }), x);
    },
    shared: (x, block, naming) => {
      const config = { filters: channelsOf(x), kernelSize: block.kernel, padding: "same" as const };
      const layer = tfl.layers.conv2d({ ...config, name: naming("shared") });
      const once = relu(apply(layer, x), naming);
      return block.flag ? apply(layer, once) : add([apply(layer, once), once], naming);
    },
    squeeze: (x, { width }, naming) => {
      const pooled = apply(tfl.layers.globalAveragePooling2d({ name: naming("gap") }), x);
      const small = apply(tfl.layers.dense({ units: width, activation: "relu", name: naming("fc") }), pooled);
      const gate = apply(
        tfl.layers.dense({ units: channelsOf(x), activation: "sigmoid", name: naming("fc") }),
        small,
      );
      const shaped = apply(
        tfl.layers.reshape({ targetShape: [1, 1, channelsOf(x)], name: naming("reshape") }),
        gate,
      );
      return apply(tfl.layers.multiply({ name: naming("scale") }), [x, shaped]);
    },
    nested: (x, block, naming) => nested(x, block, naming),
    dropout: (x, _, naming) => apply(tfl.layers.dropout({ rate: 0.5, name: naming("drop") }), x),
  };

/** A model inside the model: a Sequential, or a functional model that is called twice. */
function nested(x: Tensor, block: BlockSpec, naming: Naming): Tensor {
  const channels = channelsOf(x);
  if (block.flag) {
    const config = { filters: block.width, kernelSize: block.kernel, padding: "same" as const };
    const inputShape = x.shape.slice(1);
    const convolution = tfl.layers.conv2d({ ...config, inputShape, name: naming("conv") });
    const layers = [convolution, tfl.layers.batchNormalization({ name: naming("bn") })];
    return apply(tfl.sequential({ name: naming("sequential"), layers }), x);
  }
  const input = tfl.input({ shape: x.shape.slice(1), name: naming("input") });
  const body = builders.residual(input, { ...block, width: channels }, naming);
  const model = tfl.model({ name: naming("model"), inputs: input, outputs: body });
  return add([apply(model, apply(model, x)), x], naming);
}

function heads(x: Tensor, { head, activation }: ArchitectureSpec, naming: Naming): Tensor | Tensor[] {
  const logits = (from: Tensor): Tensor =>
    apply(tfl.layers.dense({ units: 3, activation, name: naming("logits") }), from);
  const hidden = (from: Tensor): Tensor =>
    apply(tfl.layers.dense({ units: 5, activation: "relu", name: naming("fc") }), from);
  const average = (): Tensor => apply(tfl.layers.globalAveragePooling2d({ name: naming("gap") }), x);
  const flat = (): Tensor => apply(tfl.layers.flatten({ name: naming("flatten") }), x);
  if (head === "average") return logits(average());
  if (head === "max") return logits(apply(tfl.layers.globalMaxPooling2d({ name: naming("gmp") }), x));
  if (head === "flatten") return logits(hidden(flat()));
  if (head === "flattenNorm") return logits(hidden(norm(flat(), naming)));
  return [logits(average()), logits(hidden(flat()))];
}

/** Normal numbers everywhere; variances are positive. */
export function randomizeWeights(model: tfl.LayersModel, seed: number): void {
  for (const [i, weight] of model.weights.entries()) {
    const random = tf.tidy(() => {
      const normal = tf.randomNormal(weight.shape as number[], 0, 0.5, "float32", seed + i);
      return weight.originalName.endsWith("variance") ? tf.add(tf.abs(normal), 0.3) : normal;
    });
    weight.write(random);
    random.dispose();
  }
}
