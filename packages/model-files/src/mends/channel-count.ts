/** The sizes of the channel axes of layers' outputs, from the configurations of the layers before them. */
import { isRecord, type JsonObject } from "../json-object.ts";

/** Layers whose output has the channels of their first input. */
const passing =
  /^(Activation|ReLU|LeakyReLU|PReLU|ELU|ThresholdedReLU|Softmax|BatchNormalization|LayerNormalization|(Global)?(Average|Max)Pooling\dD|(ZeroPadding|Cropping|UpSampling)\dD|\w*Dropout(\dD)?|GaussianNoise|Rescaling|Resizing|CenterCrop|Add|Multiply|Average|Maximum|Minimum)$/;

type Layers = readonly JsonObject[];

/**
 * @param layers - Of one model, with calls as Keras 2 writes them.
 * @returns A function of one of the layers. Its result is undefined behind a layer of a class that it does not know, and
 * for channels-first layouts.
 */
export function channelCounter(layers: Layers): (layer: JsonObject) => number | undefined {
  const known = new Map<JsonObject, number | undefined>();
  const byName = new Map(layers.map((layer) => [configOf(layer)["name"], layer]));

  function count(layer: JsonObject): number | undefined {
    if (!known.has(layer)) {
      known.set(layer, undefined); // a damaged configuration may have cycles
      known.set(layer, compute(layer));
    }
    return known.get(layer);
  }

  function compute(layer: JsonObject): number | undefined {
    const config = configOf(layer);
    if (config["data_format"] === "channels_first") return undefined;
    const fixed = config["filters"] ?? config["units"] ?? inputChannels(layer);
    if (typeof fixed === "number") return fixed;
    if (Array.isArray(config["layers"])) return outputChannels(config["layers"], config["output_layers"]);
    return fromInputs(String(layer["class_name"]), config, producers(layer).map(count));
  }

  /** The inputs of the first call; in a Sequential, the layer before. */
  function producers(layer: JsonObject): Layers {
    const [call]: readonly unknown[] = [layer["inbound_nodes"]].flat();
    if (!Array.isArray(call)) return layers.slice(0, layers.indexOf(layer)).slice(-1);
    const inputs = call.map((input: unknown) => byName.get([input].flat()[0]));
    return inputs.filter((input) => input !== undefined);
  }

  return count;
}

function fromInputs(
  className: string,
  { depth_multiplier: multiplier = 1 }: JsonObject,
  inputs: readonly (number | undefined)[],
): number | undefined {
  const [first] = inputs;
  if (className === "Concatenate") return sum(inputs);
  if (className === "DepthwiseConv2D" && typeof multiplier === "number")
    return first === undefined ? undefined : multiplier * first;
  return passing.test(className) ? first : undefined;
}

function outputChannels(layers: Layers, outputs: unknown): number | undefined {
  const [first] = Array.isArray(outputs) ? outputs : [];
  const name = Array.isArray(first) ? first[0] : undefined;
  const output = layers.findLast((layer) => name === undefined || configOf(layer)["name"] === name);
  return output === undefined ? undefined : channelCounter(layers)(output);
}

function inputChannels(layer: JsonObject): unknown {
  if (layer["class_name"] !== "InputLayer") return undefined;
  return [configOf(layer)["batch_input_shape"]].flat().at(-1);
}

function configOf({ config }: JsonObject): JsonObject {
  return isRecord(config) ? config : {};
}

function sum(channels: readonly (number | undefined)[]): number | undefined {
  return channels.includes(undefined)
    ? undefined
    : channels.reduce<number>((total, n) => total + (n ?? 0), 0);
}
