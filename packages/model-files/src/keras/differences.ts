/** Options with which a layer of tfjs computes something else than Keras's layer of the same class. */
import { isRecord, type JsonObject } from "../json-object.ts";

type Difference = (config: JsonObject) => string | undefined;

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== 0 && value !== false;

const grouped: Difference = ({ groups = 1 }) => (groups === 1 ? undefined : `groups=${groups}`);
const transposed: Difference = (config) => {
  if (isSet(config["output_padding"])) return "output_padding";
  const dilated = [config["dilation_rate"]].flat().some((rate) => rate !== undefined && rate !== 1);
  return dilated ? "dilation_rate" : grouped(config);
};
/** tfjs resizes without Keras's half-pixel centers. */
const bilinear: Difference = ({ interpolation }) =>
  interpolation === "nearest" || interpolation === undefined ? undefined : `interpolation=${interpolation}`;

/** tfjs ignores the dilation rate. */
const depthwise: Difference = ({ dilation_rate: rate = 1 }) =>
  [rate].flat().every((each) => each === 1) ? undefined : `dilation_rate=${rate}`;
/** tfjs makes the backward layer a copy of the forward one. */
const backward: Difference = ({ layer, backward_layer: own }) => {
  const [forwards, backwards] = [layer, own].map((each) => (isRecord(each) ? each["config"] : undefined));
  if (!isRecord(forwards) || !isRecord(backwards)) return undefined;
  const isEqual = (key: string): boolean => isRecord(forwards[key]) || forwards[key] === backwards[key];
  return Object.keys(forwards).every((key) => irrelevant.has(key) || isEqual(key))
    ? undefined
    : "a backward_layer of its own";
};
const irrelevant: ReadonlySet<string> = new Set(["name", "trainable", "go_backwards", "seed"]);
/** tfjs crops elsewhere. */
const anyCrop: Difference = ({ height, width }) => `height=${height} and width=${width}`;

const differencesByClass: Readonly<Record<string, Difference>> = {
  ReLU: (config) => ["negative_slope", "threshold"].find((option) => isSet(config[option])),
  ELU: ({ alpha = 1 }) => (alpha === 1 ? undefined : `alpha=${alpha}`),
  GRU: ({ reset_after: resetAfter }) => (resetAfter === true ? "reset_after=True" : undefined),
  GRUCell: ({ reset_after: resetAfter }) => (resetAfter === true ? "reset_after=True" : undefined),
  BatchNormalization: (config) => ["renorm"].find((option) => isSet(config[option])),
  LayerNormalization: (config) => ["rms_scaling"].find((option) => isSet(config[option])),
  Conv1D: grouped,
  Conv2D: grouped,
  Conv3D: grouped,
  DepthwiseConv2D: depthwise,
  Conv2DTranspose: transposed,
  Conv3DTranspose: transposed,
  UpSampling2D: bilinear,
  Bidirectional: backward,
  CenterCrop: anyCrop,
  Resizing: ({ interpolation }) => `interpolation=${interpolation}`,
};

/** The option of a layer that tfjs lacks; undefined if there is none. */
export function differences(className: string, config: JsonObject): string | undefined {
  return differencesByClass[className]?.(config) ?? differentActivation(config);
}

/** Keras 3: relu6(x + 3) / 6; tfjs, as Keras 2: min(max(0.2 x + 0.5, 0), 1). Keras 3 writes dtypes as objects. */
function differentActivation(config: JsonObject): string | undefined {
  if (!isRecord(config["dtype"])) return undefined;
  return ["activation", "recurrent_activation"].find((key) => config[key] === "hard_sigmoid");
}
