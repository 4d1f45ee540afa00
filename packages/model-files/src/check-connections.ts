/**
 * Checks that every call of a layer in a functional model can be made. tfjs-layers makes the calls whose inputs exist, again and
 * again until none is left, and so never returns for an input that no layer has, or for calls that wait for each other.
 */
import { ModelFileError } from "./errors.ts";
import { isRecord, type JsonObject } from "./json-object.ts";

/** Calls that are looked at, counted once in each pass. */
const maximumWork = 500_000;

/** A call that has to be made: `[layer, call, output, ...]` for each of its inputs. */
interface Call {
  readonly layer: string;
  readonly inputs: readonly (readonly unknown[])[];
}

/**
 * Models inside the model are checked as well. Keras lists layers in the order of their calls, so that few passes suffice.
 *
 * @param topology - `class_name` and `config`, in the form of Keras 2.
 * @throws ModelFileError that names a layer and an input of it.
 */
export function checkConnections({ config }: JsonObject): void {
  if (!isRecord(config) || !Array.isArray(config["layers"])) return;
  const layers = config["layers"].filter(isRecord);
  for (const layer of layers) checkConnections(layer);
  const made = new Map(layers.map((layer) => [String(layer["name"]), callsFromTheStart(layer)]));
  let waiting = layers.flatMap(callsOf);
  let work = 0;
  for (let before = -1; waiting.length !== before; ) {
    before = waiting.length;
    work += before;
    if (work > maximumWork)
      throw new ModelFileError(
        `the calls of its ${layers.length} layers are listed in reverse order: export the model again`,
      );
    waiting = waiting.filter(({ layer, inputs }) => {
      if (!inputs.every((input) => exists(input, made))) return true;
      made.set(layer, (made.get(layer) ?? 0) + 1);
      return false;
    });
  }
  const [stuck] = waiting;
  if (stuck === undefined) return;
  const missing = stuck.inputs.find((input) => !exists(input, made)) ?? [];
  const reason = made.has(String(missing[0])) ? "which is never computed" : "which is not in the model";
  throw new ModelFileError(
    `layer "${stuck.layer}" reads the output of call ${String(missing[1])} of layer "${String(missing[0])}", ${reason}: the ` +
      "file is damaged, export the model again",
  );
}

/** The construction of an input and of a model inside the model counts as a call. */
function callsFromTheStart({ class_name: className, config }: JsonObject): number {
  return className === "InputLayer" || (isRecord(config) && "layers" in config) ? 1 : 0;
}

function callsOf({ name, inbound_nodes: nodes }: JsonObject): readonly Call[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.map((inputs) => ({
    layer: String(name),
    inputs: Array.isArray(inputs) ? inputs.filter(Array.isArray) : [],
  }));
}

function exists([layer, call]: readonly unknown[], made: ReadonlyMap<string, number>): boolean {
  return (made.get(String(layer)) ?? Number.NEGATIVE_INFINITY) > Number(call);
}
