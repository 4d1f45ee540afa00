/**
 * safetensors (huggingface/safetensors): a u64 header length, a JSON header, raw little-endian data. The header states
 * every tensor's dtype, shape and byte range. The ranges must cover the data without gaps and overlaps.
 */
import { describeValue } from "@secateur/base";
import { WeightsError } from "../errors.ts";
import { decodeElements, type ElementType, elements, elementTypes, isElementType } from "./element-type.ts";
import { elementCount, type StoredTensor, type WeightTensor } from "./weight-tensor.ts";

/** `data` is converted to float32 from other dtypes. */
export interface SafetensorsTensor extends WeightTensor {
  /** The dtype in the file. */
  readonly dtype: ElementType;
}

export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** Space for 100,000 tensors. The specification allows 100 MB, which as parsed JSON could take gigabytes. */
const maximumHeaderBytes = 16_000_000;

interface Entry {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The tensors in a file, not yet decoded. */
interface OpenSafetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, StoredTensor & Pick<SafetensorsTensor, "dtype">>;
}

/**
 * Reads a safetensors file.
 *
 * Whatever the bytes are, the tensors take at most 4 bytes of memory per byte of the file and the header, of at most
 * 16 MB, some 40 bytes per byte; time is linear in the file's size.
 *
 * @throws WeightsError unless the header is valid and its ranges cover all data.
 *
 * @example const { tensors } = readSafetensors(await readFile("model.safetensors"));
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const { metadata, tensors } = openSafetensors(bytes);
  const decoded = [...tensors].map(([name, { dtype, shape, decode }]) => {
    return [name, { dtype, shape, data: decode() }] as const;
  });
  return { metadata, tensors: new Map(decoded) };
}

/** The header, checked against the file. @throws WeightsError */
export function openSafetensors(bytes: Uint8Array): OpenSafetensors {
  const dataStart = 8 + headerLength(bytes);
  const header = parseHeader(bytes.subarray(8, dataStart));
  const data = bytes.subarray(dataStart);
  const metadata = readMetadata(header.get("__metadata__"));
  header.delete("__metadata__");
  const entries = [...header].map(([name, value]) => readEntry(name, value));
  checkRanges(entries, data.length);
  const tensors = entries.map(({ name, dtype, shape, begin, end }) => {
    const decode = (): Float32Array => decodeElements(data.subarray(begin, end), dtype);
    return [name, { dtype, shape, decode }] as const;
  });
  return { metadata, tensors: new Map(tensors) };
}

/**
 * Writes a safetensors file, float32, in the given order. The data start at a multiple of 8 bytes.
 *
 * @throws WeightsError if a tensor's data does not match its shape.
 *
 * @example writeSafetensors(new Map([["x", { shape: [2], data: Float32Array.of(1, 2) }]]));
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, WeightTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, data }]) => {
    if (elementCount(shape) !== data.length)
      throw new WeightsError(`"${name}" has shape [${shape.join(", ")}] but ${data.length} values`);
    const begin = end;
    end += data.length * 4;
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  const head = metadata.size > 0 ? [["__metadata__", Object.fromEntries(metadata)] as const] : [];
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...head, ...entries])));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + end);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes);
  bytes.set(json, 8);
  let offset = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    for (const value of data) {
      view.setFloat32(offset, value, true);
      offset += 4;
    }
  }
  return bytes;
}

/** Checks the first bytes only. */
export function looksLikeSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 9 || bytes[8] !== 0x7b) return false;
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true) <= BigInt(maximumHeaderBytes);
}

function headerLength(bytes: Uint8Array): number {
  if (bytes.length < 8)
    throw new WeightsError(`not a safetensors file: ${bytes.length} bytes, expected at least 8`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(maximumHeaderBytes))
    throw new WeightsError(
      `not a safetensors file: its header has ${length} bytes, at most ${maximumHeaderBytes} are allowed`,
    );
  if (8 + Number(length) > bytes.length)
    throw new WeightsError(
      `the safetensors file is truncated: expected a header of ${length} bytes, got ${bytes.length - 8}`,
    );
  return Number(length);
}

function parseHeader(bytes: Uint8Array): Map<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (isRecord(header)) return new Map(Object.entries(header));
  } catch (cause) {
    throw new WeightsError("the safetensors header is not valid JSON: the file is damaged", { cause });
  }
  throw new WeightsError("the safetensors header is not a JSON object: the file is damaged");
}

function readMetadata(value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  const pairs = isRecord(value) ? Object.entries(value) : [];
  const texts = pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string");
  if (!isRecord(value) || texts.length < pairs.length)
    throw new WeightsError("the safetensors header's __metadata__ must map names to strings");
  return new Map(texts);
}

function readEntry(name: string, value: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (!isElementType(dtype))
    throw new WeightsError(
      `"${name}" has the dtype ${describeValue(dtype)}; expected one of ${elementTypes.join(", ")}`,
    );
  if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
    throw new WeightsError(`"${name}" has no valid shape and data_offsets in the safetensors header`);
  const [begin = 0, end = 0] = offsets;
  const expected = elementCount(shape) * elements[dtype].bytes;
  if (end - begin !== expected)
    throw new WeightsError(
      `"${name}" is ${dtype} [${shape.join(", ")}]: expected a range of ${expected} bytes, got ${end - begin}`,
    );
  return { name, dtype, shape, begin, end };
}

function checkRanges(entries: readonly Entry[], available: number): void {
  let end = 0;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (entry.begin !== end)
      throw new WeightsError(`"${entry.name}" begins at byte ${entry.begin} of the data, expected ${end}`);
    end = entry.end;
  }
  if (end > available)
    throw new WeightsError(
      `the safetensors file is truncated: expected ${end} bytes of data, got ${available}`,
    );
  if (end < available)
    throw new WeightsError(`the safetensors file has ${available - end} bytes that belong to no tensor`);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
