/**
 * Where a graph's gates are. A unit's gate multiplies what the layers that consume it get; the paper's skip gates
 * multiply whole tensors, which other layers may read, too.
 */
import type { DependencyGraph, Group } from "@secateur/dependency-graph";
import type { GateSite } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import { CriterionNotApplicableError } from "../errors.ts";

/** Layers that consume units, each once. */
export function consumers({ groups }: Pick<DependencyGraph, "groups">): readonly string[] {
  const slices = groups.flatMap((group) => group.slices.filter(({ role }) => role === "input"));
  return [...new Set(slices.map(({ layer }) => layer))];
}

/** A tensor that a group's units are in, one of the layers that consume it, and the gate that multiplies all of it. */
export interface GatedTensor {
  readonly consumer: string;
  readonly site: GateSite;
}

const known = new WeakMap<Group, readonly GatedTensor[]>();

/** Of one group: the tensors that its consumers get, each once; found once a group. */
export function gatedTensors(
  model: tfl.LayersModel,
  group: Group,
  criterion: string,
): readonly GatedTensor[] {
  const tensors = known.get(group) ?? findTensors(model, group, criterion);
  known.set(group, tensors);
  return tensors;
}

function findTensors(model: tfl.LayersModel, group: Group, criterion: string): readonly GatedTensor[] {
  const layers = new Map(model.layers.map((layer) => [layer.name, layer]));
  const found = new Map<string, GatedTensor>();
  for (const consumer of consumers({ groups: [group] })) {
    const layer = layers.get(consumer);
    const source = sourceOf(layer);
    const refuse = (reason: string): never => {
      throw new CriterionNotApplicableError(criterion, group.id, reason);
    };
    if (layer === undefined || source === undefined)
      return refuse(`its consumer "${consumer}" lies in a model inside the model`);
    for (const each of [layer, source])
      if (each.inboundNodes.length > 1)
        refuse(`layer "${each.name}" is used more than once, on different tensors`);
    if (!found.has(source.name)) found.set(source.name, { consumer, site: siteOf(layer, source) });
  }
  return [...found.values()];
}

/** Where nobody else reads the tensor, the gate on what its consumer gets is the same, and other criteria share it. */
function siteOf(consumer: tfl.layers.Layer, source: tfl.layers.Layer): GateSite {
  let reader: tfl.layers.Layer | undefined = source;
  while (reader !== undefined && reader !== consumer) reader = onlyReader(reader);
  return reader === consumer ? { layer: consumer.name, at: "input" } : { layer: source.name, at: "output" };
}

function onlyReader({ outboundNodes }: tfl.layers.Layer): tfl.layers.Layer | undefined {
  return outboundNodes.length === 1 ? outboundNodes[0]?.outboundLayer : undefined;
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

/** The layer that made what this layer gets at one of its uses. */
function sourceOf(layer: tfl.layers.Layer | undefined, use = 0): tfl.layers.Layer | undefined {
  const [input] = [layer?.getInputAt(use) ?? []].flat();
  const source = input?.sourceLayer;
  if (source === undefined || !carriers.has(source.getClassName())) return source;
  return sourceOf(source, input?.nodeIndex);
}
