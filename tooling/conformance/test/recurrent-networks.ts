/** Networks with recurrent layers and wrappers, with the options that change their inputs, outputs or weights. */
import type { LayerClass } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";

type Tensor = tfl.SymbolicTensor;
type Layer = tfl.layers.Layer;

const apply = (layer: Layer, x: Tensor | Tensor[]): Tensor => layer.apply(x) as Tensor;
const applyAll = (layer: Layer, x: Tensor | Tensor[]): Tensor[] => layer.apply(x) as Tensor[];
const dense = (units: number, x: Tensor): Tensor => apply(tfl.layers.dense({ units, activation: "tanh" }), x);
const concat = (xs: Tensor[]): Tensor => apply(tfl.layers.concatenate(), xs);
const average = (x: Tensor): Tensor => apply(tfl.layers.globalAveragePooling2d({}), x);

/** tfjs's default, orthogonal, needs chained operations that `tfjs-core` alone does not register. */
const recurrentInitializer = "glorotNormal";

/** Options of a layer that returns its last output. */
const vector = (units: number) => ({ units, recurrentInitializer }) as const;

/** Options of a layer that returns the output of every step. */
const sequence = (units: number) => ({ ...vector(units), returnSequences: true }) as const;

/** Rows of an image as a sequence of 6 steps, through a Dense of 4 units. */
const steps = (x: Tensor): Tensor =>
  apply(tfl.layers.dense({ units: 4 }), apply(tfl.layers.reshape({ targetShape: [6, 10] }), x));

/** Images as a sequence of 2 feature maps `[3, 5, 2]`. */
const maps = (x: Tensor): Tensor => apply(tfl.layers.reshape({ targetShape: [2, 3, 5, 2] }), x);

export interface RecurrentNetwork {
  readonly className: LayerClass;
  /** What the network has. */
  readonly name: string;
  /** Its weights are tfjs's. */
  readonly build: () => tfl.LayersModel;
  /** Why the rule pins the channels. Default: it pins none. */
  readonly pins?: string;
}

const states = { returnState: true } as const;

/** Every recurrent class and wrapper. */
export const recurrentNetworks: readonly RecurrentNetwork[] = [
  ...(
    [
      ["SimpleRNN", tfl.layers.simpleRNN],
      ["GRU", tfl.layers.gru],
      ["LSTM", tfl.layers.lstm],
    ] as const
  ).map(([className, layer]) =>
    network(className, "two layers", (x) => apply(layer(vector(5)), apply(layer(sequence(4)), steps(x)))),
  ),

  network("LSTM", "returns states, which start another LSTM, backwards", (x) => {
    const [, h, c] = applyAll(tfl.layers.lstm({ ...vector(4), ...states }), steps(x));
    const decoder = tfl.layers.lstm({ ...vector(4), goBackwards: true, useBias: false });
    return apply(decoder, [steps(x), h as Tensor, c as Tensor]);
  }),
  network("GRU", "starts from a Dense, dropout", (x) => {
    const start = dense(3, apply(tfl.layers.flatten(), x));
    const gru = tfl.layers.gru({ ...vector(3), dropout: 0.5, recurrentDropout: 0.5 });
    return apply(gru, [steps(x), start]);
  }),
  network(
    "SimpleRNN",
    "a softmax",
    (x) => apply(tfl.layers.simpleRNN({ ...vector(3), activation: "softmax" }), steps(x)),
    {
      pins: "softmax mixes the channels",
    },
  ),
  network("LSTM", "a shared layer", (x) => {
    const shared = tfl.layers.lstm({ ...sequence(4), unitForgetBias: true });
    return apply(tfl.layers.gru(vector(3)), apply(shared, apply(shared, steps(x))));
  }),
  network("RNN", "stacked cells return states", (x) => {
    const cell = [tfl.layers.lstmCell(vector(4)), tfl.layers.gruCell(vector(3))];
    const [y, h2, h1, c1] = applyAll(tfl.layers.rnn({ cell, ...states }), steps(x));
    const next = tfl.layers.lstm(vector(4));
    return concat([y as Tensor, h2 as Tensor, apply(next, [steps(x), h1 as Tensor, c1 as Tensor])]);
  }),
  network("RNN", "three cells", (x) => {
    const cell = [
      tfl.layers.lstmCell(vector(4)),
      tfl.layers.gruCell(vector(3)),
      tfl.layers.simpleRNNCell(vector(5)),
    ];
    return apply(tfl.layers.rnn({ cell }), steps(x));
  }),
  network("RNN", "one cell", (x) => apply(tfl.layers.rnn({ cell: tfl.layers.gruCell(vector(4)) }), steps(x))),
  ...(["sum", "mul", "ave"] as const).map((mergeMode) =>
    network("Bidirectional", `merged by ${mergeMode}`, (x) =>
      apply(tfl.layers.bidirectional({ layer: tfl.layers.gru(vector(4)), mergeMode }), steps(x)),
    ),
  ),
  network("Bidirectional", "not merged, returns states", (x) => {
    const layer = tfl.layers.lstm({ ...sequence(4), ...states });
    const both = applyAll(tfl.layers.bidirectional({ layer, mergeMode: null as never }), steps(x));
    const [forward, backward, ...final] = both as [Tensor, Tensor, ...Tensor[]];
    return concat([
      apply(tfl.layers.gru(vector(2)), forward),
      apply(tfl.layers.gru(vector(3)), backward),
      ...final,
    ]);
  }),
  network("Bidirectional", "starts from states", (x) => {
    const starts = [1, 2, 3, 4].map(() => dense(3, apply(tfl.layers.flatten(), x)));
    const layer = tfl.layers.lstm(vector(3));
    return apply(tfl.layers.bidirectional({ layer, mergeMode: "concat" }), [steps(x), ...starts]);
  }),
  network("Bidirectional", "two layers, concatenated", (x) => {
    const first = tfl.layers.bidirectional({ layer: tfl.layers.gru(sequence(4)), mergeMode: "concat" });
    const second = tfl.layers.bidirectional({ layer: tfl.layers.lstm(vector(3)), mergeMode: "concat" });
    return apply(second, apply(first, steps(x)));
  }),
  network("Bidirectional", "ConvLSTM2D", (x) => {
    const layer = tfl.layers.convLstm2d({ filters: 3, kernelSize: 2, recurrentInitializer });
    return average(apply(tfl.layers.bidirectional({ layer, mergeMode: "concat" }), maps(x)));
  }),
  network("ConvLSTM2D", "two layers", (x) => {
    const config = { filters: 4, kernelSize: 2, recurrentInitializer } as const;
    const last = tfl.layers.convLstm2d({ ...config, kernelSize: [1, 2], padding: "same" });
    return average(apply(last, apply(tfl.layers.convLstm2d({ ...config, returnSequences: true }), maps(x))));
  }),
  network("ConvLSTM2D", "returns states, strides, no bias", (x) => {
    const config = { filters: 3, kernelSize: 2, strides: 2, useBias: false, padding: "same" } as const;
    const [, h, c] = applyAll(tfl.layers.convLstm2d({ ...config, recurrentInitializer, ...states }), maps(x));
    return concat([average(h as Tensor), average(c as Tensor)]);
  }),
  ...(
    [
      ["Conv2D", () => tfl.layers.conv2d({ filters: 4, kernelSize: 2 })],
      ["BatchNormalization", () => tfl.layers.batchNormalization()],
      ["DepthwiseConv2D", () => tfl.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 })],
      ["MaxPooling2D", () => tfl.layers.maxPooling2d({ poolSize: 2 })],
      ["Activation", () => tfl.layers.activation({ activation: "tanh" })],
      ["Dropout", () => tfl.layers.dropout({ rate: 0.5 })],
    ] as const
  ).map(([name, layer]) =>
    network("TimeDistributed", `of ${name}`, (x) => {
      const first = apply(
        tfl.layers.timeDistributed({ layer: tfl.layers.conv2d({ filters: 3, kernelSize: 1 }) }),
        maps(x),
      );
      const inner = apply(tfl.layers.timeDistributed({ layer: layer() }), first);
      const flat = apply(tfl.layers.timeDistributed({ layer: tfl.layers.flatten() }), inner);
      return apply(tfl.layers.gru(vector(3)), flat);
    }),
  ),
  network("TimeDistributed", "of SeparableConv2D", (x) => {
    const layer = tfl.layers.separableConv2d({ filters: 3, kernelSize: 2 });
    const first = apply(
      tfl.layers.timeDistributed({ layer: tfl.layers.conv2d({ filters: 3, kernelSize: 1 }) }),
      maps(x),
    );
    const flat = apply(
      tfl.layers.timeDistributed({ layer: tfl.layers.flatten() }),
      apply(tfl.layers.timeDistributed({ layer }), first),
    );
    return apply(tfl.layers.gru(vector(3)), flat);
  }),
  network("TimeDistributed", "of LSTM", (x) => {
    const rows = apply(tfl.layers.reshape({ targetShape: [2, 3, 10] }), x);
    const each = apply(tfl.layers.timeDistributed({ layer: tfl.layers.lstm(vector(4)) }), rows);
    return apply(tfl.layers.simpleRNN(vector(3)), each);
  }),

  {
    className: "LSTM",
    name: "stateful",
    build: () => {
      const x = tfl.input({ batchShape: [2, 4, 3] });
      const lstm = tfl.layers.lstm({ ...vector(4), stateful: true });
      return tfl.model({ inputs: x, outputs: dense(3, apply(lstm, x)) });
    },
  },
];

/** The network of a body, from images `[6, 5, 2]` to three numbers. */
function network(
  className: LayerClass,
  name: string,
  body: (x: Tensor) => Tensor,
  options: Pick<RecurrentNetwork, "pins"> = {},
): RecurrentNetwork {
  const build = (): tfl.LayersModel => {
    const x = tfl.input({ shape: [6, 5, 2], name: "image" });
    const built: tfl.LayersModel[] = [];
    // tfjs's initializer of the forget gate's bias leaves tensors.
    tf.tidy(() => void built.push(tfl.model({ inputs: x, outputs: dense(3, body(x)) })));
    return built[0] as tfl.LayersModel;
  };
  return { className, name, build, ...options };
}
