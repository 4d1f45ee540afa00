/**
 * Disposes the tensors of a model. `model.dispose()` of tfjs does not dispose layers that are called more than once, nor the states
 * and dropout masks that recurrent layers keep between calls.
 */
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { isModel } from "./is-model.ts";
import { layerParts } from "./layer-parts.ts";

/** The fields of recurrent layers and cells that hold tensors other than weights. */
interface KeptTensors {
  readonly cell?: tfl.layers.Layer;
  readonly states_?: tf.TensorContainer;
  readonly keptStates?: tf.TensorContainer;
  readonly dropoutMask?: tf.TensorContainer;
  readonly recurrentDropoutMask?: tf.TensorContainer;
}

/** The model cannot be used afterwards. A layer inside two models lists its weights twice. */
export function disposeModel(model: tfl.LayersModel): void {
  disposeKept(model);
  for (const weight of new Set(model.weights)) weight.dispose();
}

function disposeKept(layer: tfl.layers.Layer): void {
  const { cell, states_, keptStates, dropoutMask, recurrentDropoutMask } = layer as unknown as KeptTensors;
  tf.dispose([states_, keptStates, dropoutMask, recurrentDropoutMask] as tf.TensorContainer);
  const parts = isModel(layer) ? layer.layers : layerParts(layer).map((part) => part.layer);
  for (const part of cell === undefined ? parts : [...parts, cell]) disposeKept(part);
}
