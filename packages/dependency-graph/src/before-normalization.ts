/** The layers whose output is read only by batch normalisation, so that the scale of their kernel does not change the loss. */
import type { ModelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

/** Keys of the configurations of recurrent layers and wrappers, whose outputs are not linear in one kernel. */
const nonlinearInside = ["recurrentInitializer", "cell", "layer"] as const;

/** Those of them without an activation of their own. */
export function layersBeforeNormalization({ calls, producers }: ModelGraph): ReadonlySet<tfl.layers.Layer> {
  const feeds = new Map<tfl.layers.Layer, boolean>();
  for (const { className, inputs } of calls) {
    for (const input of inputs) {
      const producer = producers.get(input)?.layer;
      if (producer === undefined) continue;
      feeds.set(producer, className === "BatchNormalization" && feeds.get(producer) !== false);
    }
  }
  const isLinear = (layer: tfl.layers.Layer): boolean => {
    const config = layer.getConfig();
    return (config["activation"] ?? "linear") === "linear" && !nonlinearInside.some((key) => key in config);
  };
  return new Set(
    [...feeds]
      .filter(([layer, onlyNormalization]) => onlyNormalization && isLinear(layer))
      .map(([layer]) => layer),
  );
}
