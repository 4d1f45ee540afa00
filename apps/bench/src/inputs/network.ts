/** The network of a run: one of the model table, or a user's TensorFlow.js model. */
import path from "node:path";
import { UsageError } from "@secateur/command-line";
import { loadModel } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import { createModel, type ModelName, modelInfo } from "@secateur/models";
import { headLosses, TrainingError } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface NetworkSettings {
  /** The network of the model table; null where `network` takes its place. */
  readonly model: ModelName | null;
  /** Absolute path of a model.json or its folder. */
  readonly network: string | null;
}

/** @param seed - Of the weights of a network from the table; null for kernels of zeros, where weights follow. */
export async function buildNetwork(
  { model, network }: NetworkSettings,
  seed: number | null,
): Promise<tfl.LayersModel> {
  if (network !== null) return loadModel(network);
  if (model === null) throw new UsageError("--model is missing: name a network, or give --network FILE.");
  return createModel(model, seed === null ? { kernels: "zeros" } : { seed });
}

/** Calls `use` with the network, and disposes it. */
export async function withNetwork<T>(
  settings: NetworkSettings,
  use: (network: tfl.LayersModel) => T,
): Promise<T> {
  const network = await buildNetwork(settings, null);
  try {
    return use(network);
  } finally {
    disposeModel(network);
  }
}

/** For titles and directories: the name in the table, or that of the folder or file. */
export function networkTitle({ model, network }: NetworkSettings): string {
  if (network === null) return model ?? "";
  const { dir, base, name } = path.parse(network);
  return base === "model.json" ? path.basename(dir) : name;
}

export interface NetworkShape {
  /** Height and width of the images. */
  readonly size: number;
  readonly classes: number;
}

/** @throws UsageError for a network that does not take square RGB images or does not classify them. */
export async function networkShape(settings: NetworkSettings): Promise<NetworkShape> {
  const { model, network } = settings;
  if (network === null && model !== null) {
    const { inputShape, classes } = modelInfo(model);
    return { size: inputShape[0], classes };
  }
  return withNetwork(settings, shapeOf);
}

function shapeOf(network: tfl.LayersModel): NetworkShape {
  const [input, output] = [network.inputs[0]?.shape ?? [], network.outputs[0]?.shape ?? []];
  const [, height, width, channels] = input;
  const isImage = input.length === 4 && channels === 3 && height === width;
  if (network.inputs.length !== 1 || !isImage || typeof height !== "number")
    throw new UsageError(
      `--network: ${network.name} takes ${shown(network.inputs)}, and the bench has square RGB images, [batch, size, size, 3]: prune it with npx secateur prune.`,
    );
  const classes = output[1];
  if (
    network.outputs.length !== 1 ||
    output.length !== 2 ||
    typeof classes !== "number" ||
    !isClassifier(network)
  )
    throw new UsageError(
      `--network: ${network.name} returns ${shown(network.outputs)}, and the bench compares classifiers that end in a softmax, [batch, classes]: prune it with npx secateur prune.`,
    );
  return { size: height, classes };
}

function isClassifier(network: tfl.LayersModel): boolean {
  try {
    return headLosses(network).every(({ includes }) => includes === "softmax");
  } catch (error) {
    if (error instanceof TrainingError) return false;
    throw error;
  }
}

const shown = (tensors: readonly tfl.SymbolicTensor[]): string =>
  tensors.map(({ shape }) => `[${shape.map((size) => size ?? "any").join(", ")}]`).join(" and ");
