/** Each mend on a configuration written down by hand, and what cannot be converted. */
import { loadModel, UnsupportedModelError } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { differences } from "../src/keras/differences.ts";
import { kerasModel } from "../src/keras/keras-model.ts";
import { inboundNodes } from "../src/mends/inbound-nodes.ts";
import { batchInputShape, sequentialInputShape } from "../src/mends/input-shapes.ts";
import { keepDims } from "../src/mends/keep-dims.ts";
import {
  activationNames,
  batchNormalizationAxis,
  leakyReluSlope,
  separableKernel,
} from "../src/mends/layer-options.ts";
import type { LayerMend } from "../src/mends/map-layers.ts";
import { operationLayers } from "../src/mends/operations.ts";
import { regularizers } from "../src/mends/regularizers.ts";
import { unwrapObjects } from "../src/mends/serialized-objects.ts";

type Config = Record<string, unknown>;
const layer = (class_name: string, config: Config, rest: Config = {}) => ({ class_name, config, ...rest });
const tensor = (...keras_history: unknown[]) => ({
  class_name: "__keras_tensor__",
  config: { keras_history },
});

it.each<[string, LayerMend, Config, Config]>([
  [
    "L2",
    regularizers,
    layer("Dense", { kernel_regularizer: { class_name: "L2", config: { l2: 0.1 } } }),
    layer("Dense", { kernel_regularizer: { class_name: "L1L2", config: { l1: 0, l2: 0.1 } } }),
  ],
  [
    "L1",
    regularizers,
    layer("Dense", { bias_regularizer: { class_name: "L1", config: { l1: 0.1 } } }),
    layer("Dense", { bias_regularizer: { class_name: "L1L2", config: { l1: 0.1, l2: 0 } } }),
  ],
  [
    "axis",
    batchNormalizationAxis,
    layer("BatchNormalization", { axis: [3] }),
    layer("BatchNormalization", { axis: 3 }),
  ],
  ["slope", leakyReluSlope, layer("LeakyReLU", { negative_slope: 0.1 }), layer("LeakyReLU", { alpha: 0.1 })],
  [
    "silu",
    activationNames,
    layer("Conv2D", { activation: "silu" }),
    layer("Conv2D", { activation: "swish" }),
  ],
  [
    "kernel",
    separableKernel,
    layer("SeparableConv2D", { filters: 2, kernel_initializer: {} }),
    layer("SeparableConv2D", { filters: 2 }),
  ],
  [
    "batch_shape",
    batchInputShape,
    layer("InputLayer", { batch_shape: [null, 3] }),
    layer("InputLayer", { batch_input_shape: [null, 3] }),
  ],
  [
    "build_input_shape",
    sequentialInputShape,
    layer("Sequential", { build_input_shape: [null, 3], layers: [layer("Dense", { units: 2 })] }),
    layer("Sequential", {
      build_input_shape: [null, 3],
      layers: [layer("Dense", { units: 2, batch_input_shape: [null, 3] })],
    }),
  ],
  [
    "calls of layers and of models",
    inboundNodes,
    layer("Functional", {
      layers: [
        layer("InputLayer", {}, { name: "in", inbound_nodes: [] }),
        layer(
          "Sequential",
          { layers: [] },
          {
            name: "base",
            inbound_nodes: [{ args: [tensor("in", 0, 0)], kwargs: { training: false, mask: null } }],
          },
        ),
        layer(
          "Add",
          {},
          {
            name: "add",
            inbound_nodes: [{ args: [[tensor("base", 0, 0), tensor("in", 0, 0)]], kwargs: {} }],
          },
        ),
      ],
      input_layers: ["in", 0, 0],
      output_layers: { b: ["add", 0, 0], a: ["base", 0, 0] },
    }),
    layer("Functional", {
      layers: [
        layer("InputLayer", {}, { name: "in", inbound_nodes: [] }),
        layer("Sequential", { layers: [] }, { name: "base", inbound_nodes: [[["in", 0, 0, {}]]] }),
        layer(
          "Add",
          {},
          {
            name: "add",
            inbound_nodes: [
              [
                ["base", 1, 0, {}],
                ["in", 0, 0, {}],
              ],
            ],
          },
        ),
      ],
      input_layers: [["in", 0, 0]],
      output_layers: [
        ["base", 1, 0],
        ["add", 0, 0],
      ],
    }),
  ],
  [
    "an operation with a number",
    operationLayers,
    layer("Add", {}, { module: "keras.src.ops.numpy", inbound_nodes: [{ args: [tensor("a", 0, 0), 2] }] }),
    layer("ops.Add", {}, { module: "keras.src.ops.numpy", inbound_nodes: [] }),
  ],
  [
    "keepdims in a Sequential",
    keepDims,
    layer("Sequential", {
      layers: [
        layer("Conv2D", { name: "c", filters: 4 }),
        layer("GlobalMaxPooling2D", { name: "p", keepdims: true }),
      ],
    }),
    layer("Sequential", {
      layers: [
        layer("Conv2D", { name: "c", filters: 4 }, { inbound_nodes: undefined }),
        layer("GlobalMaxPooling2D", { name: "p", keepdims: false }, { inbound_nodes: undefined }),
        layer(
          "Reshape",
          { name: "p_keepdims", target_shape: [1, 1, 4], dtype: "float32", trainable: true },
          { name: "p_keepdims", inbound_nodes: [] },
        ),
      ],
    }),
  ],
])("%s", (_, mend, before, after) => {
  const copy = structuredClone(before);
  expect(mend(before)).toEqual(after);
  expect(mend(mend(before))).toEqual(mend(before));
  expect(before).toEqual(copy);
});

it("objects become plain values", () => {
  const policy = { module: "keras", class_name: "DTypePolicy", config: { name: "mixed_float16" } };
  const f = { module: "builtins", class_name: "function", config: "relu", registered_name: "function" };
  const size = { class_name: "__tuple__", items: [3, 3] };
  expect(unwrapObjects(layer("mine>Layer", { dtype: policy, activation: f, size, units: 2 }))).toEqual(
    layer("Layer", { dtype: "float32", activation: "relu", size: [3, 3], units: 2 }),
  );
  expect(unwrapObjects({ dtype: "uint8" })).toEqual({ dtype: "int32" });
});

it("a call with further arguments is refused by name", () => {
  const call = { args: [tensor("in", 0, 0)], kwargs: { initial_state: tensor("s", 0, 0) } };
  const model = layer("Functional", {
    layers: [layer("LSTM", {}, { name: "lstm", inbound_nodes: [call] })],
    input_layers: [],
  });
  expect(() => inboundNodes(model)).toThrow('layer "lstm" (LSTM) is called with an argument "initial_state"');
});

it("keepdims behind a layer of unknown size is refused by name", () => {
  const layers = [layer("Lambda", { name: "l" }), layer("GlobalMaxPooling2D", { name: "p", keepdims: true })];
  expect(() => keepDims(layer("Sequential", { layers }))).toThrow(
    'layer "p" (GlobalMaxPooling2D) has keepdims=True',
  );
});

it.each<[string, Config, string]>([
  ["GRU", { reset_after: true }, "reset_after=True"],
  ["Conv2D", { groups: 2 }, "groups=2"],
  ["Conv2DTranspose", { output_padding: [1, 1] }, "output_padding"],
  ["ReLU", { negative_slope: 0.1 }, "negative_slope"],
  ["ELU", { alpha: 0.5 }, "alpha=0.5"],
  ["DepthwiseConv2D", { dilation_rate: [2, 2] }, "dilation_rate=2,2"], // Keras 3.15 with NumPy differs by 0.5 and more
  [
    "Bidirectional",
    {
      layer: layer("LSTM", { name: "f", activation: "tanh", go_backwards: false }),
      backward_layer: layer("LSTM", { name: "b", activation: "relu", go_backwards: true }),
    },
    "a backward_layer of its own",
  ],
  ["CenterCrop", { height: 3, width: 2 }, "height=3 and width=2"],
  ["UpSampling2D", { interpolation: "bilinear" }, "interpolation=bilinear"],
  ["Dense", { activation: "hard_sigmoid", dtype: { config: {} } }, "activation"],
])("%s with %j", (className, config, option) => {
  expect(differences(className, config)).toBe(option);
  if (className !== "CenterCrop") expect(differences(className, { dtype: "float32" })).toBeUndefined();
});

describe("layers that read tensors which tfjs treats otherwise", () => {
  const model = (layers: Config[]) =>
    layer("Sequential", {
      name: "s",
      layers: [layer("Masking", { name: "mask", batch_input_shape: [null, 5, 3] }), ...layers],
    });
  const pool = layer("GlobalAveragePooling1D", { name: "pool" });

  it("an average over masked time steps is refused by name, also behind layers that pass masks", () => {
    const passing = layer("Activation", { name: "act", activation: "relu" });
    expect(() => kerasModel(model([passing, pool]), new Map())).toThrow(
      "these layers: pool (GlobalAveragePooling1D behind a Masking layer or an Embedding with mask_zero=True)",
    );
    const stopping = layer("MaxPooling1D", { name: "max", pool_size: 2 });
    disposeModel(kerasModel(model([stopping, pool]), new Map()));
  });

  it("a batch normalisation of another axis than the last is refused by name", () => {
    const normalization = (axis: number) =>
      model([layer("BatchNormalization", { name: "bn", axis, scale: false, center: false })]);
    const weights = (size: number) =>
      new Map(
        ["moving_mean", "moving_variance"].map((name) => [
          `bn/${name}`,
          { shape: [size], tensor: () => tf.ones([size]) },
        ]),
      );
    expect(() => kerasModel(normalization(1), weights(5))).toThrow("bn (BatchNormalization with axis=1)");
    for (const axis of [2, -1]) disposeModel(kerasModel(normalization(axis), weights(3)));
  });
});

it("a model.json of Keras 3 without weights to set, and one whose layers tfjs lacks", async () => {
  const files = (layers: Config[]) => [
    new File([JSON.stringify({ modelTopology: layer("Sequential", { name: "s", layers }) })], "model.json"),
  ];
  const input = layer("InputLayer", { batch_shape: [null, 4], name: "in" }, { module: "keras.layers" });
  const model = await loadModel(files([input, layer("ReLU", { name: "relu" }, { module: "keras.layers" })]));
  expect(model.outputs[0]?.shape).toEqual([null, 4]);
  disposeModel(model);
  await expect(loadModel(files([input, layer("Sparkle", { name: "x" })]))).rejects.toThrow(
    UnsupportedModelError,
  );
});
