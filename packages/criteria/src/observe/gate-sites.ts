/**
 * Where a graph's gates are. A unit's gate multiplies what the layers that consume it get; the paper's skip gates
 * multiply whole tensors, which other layers may read, too.
 */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import type * as tfl from "@tensorflow/tfjs-layers";
import { CriterionNotApplicableError } from "../errors.ts";

/** Layers that consume units, each once. */
export function consumers({ groups }: Pick<DependencyGraph, "groups">): readonly string[] {
  const slices = groups.flatMap((group) => group.slices.filter(({ role }) => role === "input"));
  return [...new Set(slices.map(({ layer }) => layer))];
}

/** Layers that give a tensor which a consumer gets, each once. */
export function sources(graph: DependencyGraph, criterion: string): readonly string[] {
  return [...new Set(graph.groups.flatMap((group) => [...sourcesOf(graph.model, group, criterion).keys()]))];
}

/** Of one group: for each tensor that its consumers get, the layer that gives it, and one consumer. */
export function sourcesOf(
  model: tfl.LayersModel,
  group: Group,
  criterion: string,
): ReadonlyMap<string, string> {
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const found = new Map<string, string>();
  for (const consumer of consumers({ groups: [group] })) {
    const layer = layers.get(consumer);
    const source = sourceOf(layer);
    const refuse = (reason: string): never => {
      throw new CriterionNotApplicableError(criterion, group.id, reason);
    };
    if (source === undefined) return refuse(`its consumer "${consumer}" lies in a model inside the model`);
    for (const each of [layer, source])
      if (each !== undefined && each.inboundNodes.length > 1)
        refuse(`layer "${each.name}" is used more than once, on different tensors`);
    if (!found.has(source.name)) found.set(source.name, consumer);
  }
  return found;
}

/** Only move or pool what they get, channel by channel: what comes out of them is the same tensor to a gate. */
const carriers: ReadonlySet<string> = new Set([
  "ZeroPadding2D",
  "Dropout",
  "MaxPooling2D",
  "AveragePooling2D",
  "GlobalMaxPooling2D",
  "GlobalAveragePooling2D",
]);

/** The layer that made what this layer gets. */
function sourceOf(layer: tfl.layers.Layer | undefined): tfl.layers.Layer | undefined {
  const [input] = [layer?.getInputAt(0) ?? []].flat();
  const source = input?.sourceLayer;
  return source !== undefined && carriers.has(source.getClassName()) ? sourceOf(source) : source;
}
