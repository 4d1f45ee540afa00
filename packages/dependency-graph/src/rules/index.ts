/** Every layer class of tfjs-layers 4.22 by its name: the rule for its channels, or the reason why they are pinned. */
import { type LayerClass, layerClasses } from "@secateur/model-graph";
import type { LayerRule, LayerRules } from "../layer-rule.ts";
import { acrossSpace } from "./across-space.ts";
import { activation, softmax } from "./activation.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { bidirectional } from "./bidirectional.ts";
import { concatenate } from "./concatenate.ts";
import { convolution, transposedConvolution } from "./convolution.ts";
import { cropping2d } from "./cropping2d.ts";
import { dense } from "./dense.ts";
import { depthwiseConv2d } from "./depthwise-conv2d.ts";
import { dropout } from "./dropout.ts";
import { elementwiseMerge } from "./elementwise-merge.ts";
import { embedding } from "./embedding.ts";
import { flatten } from "./flatten.ts";
import { inputLayer } from "./input-layer.ts";
import { categoryEncoding } from "./integers.ts";
import { layerNormalization } from "./layer-normalization.ts";
import { masking } from "./masking.ts";
import { pass } from "./pass.ts";
import { permute } from "./permute.ts";
import { prelu } from "./prelu.ts";
import { recurrent, rnn } from "./recurrent.ts";
import { repeatVector } from "./repeat-vector.ts";
import { reshape } from "./reshape.ts";
import { separableConv2d } from "./separable-conv2d.ts";
import { timeDistributed } from "./time-distributed.ts";
import { zeroPadding2d } from "./zero-padding2d.ts";

/** A row of the table of layer classes. */
export type LayerEntry =
  | {
      readonly rule: LayerRule;
      /** What the rule does with channels, for the documentation. */
      readonly does: string;
    }
  | {
      /** Why the channels of such a layer are never removed. */
      readonly pinned: string;
    }
  | {
      /** Why no call of such a layer is in a graph. */
      readonly absent: string;
    };

const inlined: LayerEntry = { absent: "a model inside a model is inlined: its layers are in the graph" };
const cell: LayerEntry = { absent: "part of a recurrent layer" };
const remembers = "creates channels, the hidden state; ties initial states to them; binds every gate";
const creates = "creates channels, binds its kernel to those of its input";
const passes: LayerEntry = { rule: pass, does: "passes" };
const ties: LayerEntry = { rule: elementwiseMerge, does: "ties its inputs, channel by channel" };
const pools: LayerEntry = { rule: acrossSpace, does: "passes" };

export const layerTable: Readonly<Record<LayerClass, LayerEntry>> = {
  InputLayer: { rule: inputLayer, does: "pins: the data determines them" },
  Conv1D: { rule: convolution(1), does: `${creates}; pins channels-first data` },
  Conv2D: { rule: convolution(2), does: creates },
  Conv3D: { rule: convolution(3), does: creates },
  Conv2DTranspose: { rule: transposedConvolution(2), does: creates },
  Conv3DTranspose: { rule: transposedConvolution(3), does: creates },
  DepthwiseConv2D: { rule: depthwiseConv2d, does: "passes, each `depthMultiplier` times; binds its kernel" },
  SeparableConv2D: {
    rule: separableConv2d,
    does: "creates channels, binds both kernels; pins channels-first data with a bias",
  },
  Dense: { rule: dense, does: creates },
  Embedding: { rule: embedding, does: "creates channels; its integer input has none" },
  BatchNormalization: {
    rule: batchNormalization,
    does: "passes, binds its vectors; pins where it normalises another axis than the last",
  },
  LayerNormalization: {
    rule: layerNormalization,
    does: "pins where it normalises across the channels; passes along other axes",
  },
  Activation: { rule: activation, does: "passes; pins under a softmax" },
  ReLU: passes,
  LeakyReLU: passes,
  PReLU: {
    rule: prelu,
    does: "passes, binds its slopes; pins shared axes that do not come before all others",
  },
  ELU: passes,
  ThresholdedReLU: passes,
  Softmax: { rule: softmax, does: "pins along the channels; passes along other axes" },
  Add: ties,
  Average: ties,
  Maximum: ties,
  Minimum: ties,
  Multiply: ties,
  Concatenate: { rule: concatenate, does: "arranges along the channels; ties along other axes" },
  Dot: { pinned: "it multiplies its inputs with each other: no weight of its own reads a channel" },
  MaxPooling1D: pools,
  AveragePooling1D: pools,
  MaxPooling2D: pools,
  AveragePooling2D: pools,
  MaxPooling3D: pools,
  AveragePooling3D: pools,
  GlobalAveragePooling1D: pools,
  GlobalMaxPooling1D: pools,
  GlobalAveragePooling2D: pools,
  GlobalMaxPooling2D: pools,
  Flatten: { rule: flatten, does: "arranges: one index per pixel" },
  Reshape: { rule: reshape, does: "arranges; ties channels that the last new axis holds together" },
  Permute: { rule: permute, does: "arranges" },
  RepeatVector: { rule: repeatVector, does: "passes" },
  ZeroPadding2D: { rule: zeroPadding2d, does: "passes; arranges where it pads channels" },
  Cropping2D: { rule: cropping2d, does: "passes; arranges where it crops channels" },
  UpSampling2D: pools,
  Dropout: { rule: dropout, does: "passes" },
  SpatialDropout1D: passes,
  AlphaDropout: passes,
  GaussianNoise: passes,
  GaussianDropout: passes,
  Masking: { rule: masking, does: "pins: the mask depends on all channels" },
  Rescaling: passes,
  CenterCrop: pools,
  CategoryEncoding: { rule: categoryEncoding, does: "pins: it reads integers" },
  Resizing: { pinned: "tfjs declares its output without the batch axis, so no layer can follow it" },
  RandomWidth: { pinned: "tfjs declares its output without the batch axis, so no layer can follow it" },
  SimpleRNN: { rule: recurrent("SimpleRNNCell"), does: remembers },
  GRU: { rule: recurrent("GRUCell"), does: remembers },
  LSTM: { rule: recurrent("LSTMCell"), does: remembers },
  RNN: {
    rule: rnn,
    does: "applies the rule of every cell; pins cells of other classes",
  },
  ConvLSTM2D: { rule: recurrent("ConvLSTM2DCell"), does: `${remembers}; pins channels-first data` },
  Bidirectional: {
    rule: bidirectional,
    does: "applies its layer's rule to both directions, and ties these",
  },
  TimeDistributed: {
    rule: timeDistributed,
    does: "applies its layer's rule to one time step; pins a model inside",
  },
  SimpleRNNCell: cell,
  GRUCell: cell,
  LSTMCell: cell,
  StackedRNNCells: cell,
  ConvLSTM2DCell: cell,
  Model: inlined,
  Functional: inlined,
  Sequential: inlined,
};

/** The layer classes that can be in a graph. */
export const supportedLayers: readonly LayerClass[] = layerClasses.filter(
  (name) => !("absent" in layerTable[name]),
);

export const layerRules: LayerRules = Object.fromEntries(
  supportedLayers.map((name) => [name, ruleOf(layerTable[name])]),
);

function ruleOf(entry: LayerEntry): LayerRule {
  if ("rule" in entry) return entry.rule;
  const reason = "pinned" in entry ? entry.pinned : entry.absent;
  return ({ unsupported }) => unsupported(reason);
}
