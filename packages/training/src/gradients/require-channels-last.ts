/** Gates, masks and input statistics act on the last axis of a layer's tensors. */
import { type ModelGraph, modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { TrainingError } from "../errors.ts";

/** @param layers - Paths. @throws TrainingError for a layer whose channels come first. */
export function requireChannelsLast(model: tfl.LayersModel, layers: readonly string[]): void {
  const { layers: byPath }: ModelGraph = modelGraph(model);
  const first = layers.find((path) => byPath.get(path)?.getConfig()["dataFormat"] === "channelsFirst");
  if (first === undefined) return;
  throw new TrainingError(
    `layer "${first}" has channels-first data: gates, masks and statistics need channels on the last axis. Choose a ` +
      'criterion that reads weights and their gradients, such as "taylor-gate"',
  );
}
