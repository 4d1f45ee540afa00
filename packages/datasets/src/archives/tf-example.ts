/**
 * Walks through a serialized tf.train.Example (tensorflow/core/example/{example,feature}.proto): a map from names to
 * lists of byte strings, floats or integers. Long values are skipped without reading them.
 */
import { PbfReader } from "pbf";
import type { ReadRange } from "./byte-source.ts";

/** A serialized tf.train.Feature. */
export interface FeatureRange {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

/** Of one example. */
const maximumFeatures = 1000;
const maximumKeyBytes = 1000;
/** A field's tag and length, two numbers of at most 10 bytes. */
const maximumTagBytes = 20;
const lengthDelimited = 2;

/** @throws Error with the reason as its message, where the bytes are no Example. */
export async function* featuresOf(read: ReadRange, start: number, end: number): AsyncGenerator<FeatureRange> {
  let count = 0;
  for await (const features of fieldsOf(read, start, end)) {
    if (features.number !== 1) continue;
    for await (const entry of fieldsOf(read, features.start, features.end)) {
      if (++count > maximumFeatures) throw new Error(`it has more than ${maximumFeatures} features`);
      if (entry.number === 1) yield await readEntry(read, entry);
    }
  }
}

/** An entry of the map: its key is field 1, its value field 2. */
async function readEntry(read: ReadRange, { start, end }: Field): Promise<FeatureRange> {
  let key = "";
  let value = { start: end, end };
  for await (const field of fieldsOf(read, start, end)) {
    const size = field.end - field.start;
    if (field.number === 1 && size > maximumKeyBytes)
      throw new Error(`the name of a feature has ${size} bytes, more than ${maximumKeyBytes}`);
    if (field.number === 1) key = (await read(field.start, size)).toString("utf8");
    else if (field.number === 2) value = field;
  }
  return { key, start: value.start, end: value.end };
}

interface Field {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** The fields of a message, all of which are strings or messages. */
async function* fieldsOf(read: ReadRange, start: number, end: number): AsyncGenerator<Field> {
  for (let at = start; at < end; ) {
    const reader = new PbfReader(await read(at, Math.min(maximumTagBytes, end - at)));
    const number = reader.nextField();
    const size = reader.type === lengthDelimited ? reader.readVarint() : Number.NaN;
    const first = at + reader.pos;
    // Negated, because a damaged size is NaN.
    if (!(size >= 0 && first + size <= end)) throw new Error(`it is no tf.train.Example at byte ${at}`);
    yield { number, start: first, end: first + size };
    at = first + size;
  }
}

/** The first value of a serialized tf.train.Feature; undefined for an empty list and for floats. */
export function firstValue(feature: Uint8Array): Uint8Array | number | undefined {
  const reader = new PbfReader(feature);
  const kind = reader.nextField();
  if (kind === 0) return undefined;
  const end = reader.readVarint() + reader.pos;
  if (end > feature.length || reader.nextField(end) !== 1) return undefined;
  if (kind === bytesList) return reader.readBytes();
  if (kind !== int64List) return undefined;
  return reader.readPackedEnd() > reader.pos ? reader.readVarint() : undefined;
}

const bytesList = 1;
const int64List = 3;
