/**
 * A list of layers through which tfjs-layers can go only so often. It makes the calls of a functional model whose inputs exist,
 * again and again until none is left, and so never returns where a call can never be made.
 */
import { ModelFileError } from "./errors.ts";
import { isRecord } from "./json-object.ts";

/** Passes in which no call is made: the first one creates the layers. */
const otherPasses = 4;

/** @param layers - In tfjs's form, with `inboundNodes`. Changed in place: the iterator throws a ModelFileError. */
export function withLimitedPasses<T>(layers: T[]): T[] {
  const calls = layers.map((layer) => (isRecord(layer) ? layer["inboundNodes"] : []));
  let left = otherPasses + calls.flat().length;
  const iterator = (): ArrayIterator<T> => {
    if (--left >= 0) return layers.values();
    throw new ModelFileError(
      "a layer of the model reads an output that is never computed: the file is damaged, export the model again",
    );
  };
  return Object.defineProperty(layers, Symbol.iterator, { value: iterator });
}
