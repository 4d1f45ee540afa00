/**
 * Reads the weight files of a model. A group's weights lie end to end in its files (shards), so its size is known from
 * the shapes before anything is read; no more bytes than that are ever read.
 */
import { ModelFileError } from "./errors.ts";
import type { ModelFolder } from "./model-folder.ts";
import type { WeightGroup } from "./model-json.ts";
import { storedBytes } from "./weight-bytes.ts";

/** The size of all shards but the last, as tfjs-converter writes them. */
export const shardBytes: number = 4 * 2 ** 20;

/** Models beyond 4 GB of weights are refused. */
const maximumBytes = 2 ** 32;

/**
 * @returns One buffer per file, in the order of the weights.
 * @throws ModelFileError for a file that is missing, too short or too long, with the expected and the actual bytes.
 */
export async function readShards(
  folder: ModelFolder,
  groups: readonly WeightGroup[],
): Promise<ArrayBuffer[]> {
  const total = storedBytes(groups.flatMap(({ weights }) => weights));
  if (!(total <= maximumBytes))
    throw new ModelFileError(`model.json lists ${total} bytes of weights, expected at most ${maximumBytes}`);
  const buffers = await Promise.all(groups.map((group) => readGroup(folder, group)));
  return buffers.flat();
}

async function readGroup(folder: ModelFolder, { paths, weights }: WeightGroup): Promise<ArrayBuffer[]> {
  const expected = storedBytes(weights);
  const shards: Uint8Array[] = [];
  let found = 0;
  for (const path of paths) {
    const shard = await folder.read(path, expected - found);
    found += shard.byteLength;
    shards.push(shard);
  }
  if (found < expected) throw truncated(paths, shards, expected);
  return shards.map((shard) => bufferOf(shard));
}

/** Names the first shard whose size is not that of its neighbours. */
function truncated(
  paths: readonly string[],
  shards: readonly Uint8Array[],
  expected: number,
): ModelFileError {
  const isUsual = Math.ceil(expected / shardBytes) === paths.length;
  const usual = isUsual ? shardBytes : Math.max(...shards.slice(0, -1).map(({ byteLength }) => byteLength));
  const sizes = paths.map((_, i) => (i < paths.length - 1 ? usual : expected - usual * (paths.length - 1)));
  const at = shards.findIndex(({ byteLength }, i) => byteLength !== sizes[i]);
  if (at < 0)
    return new ModelFileError(`model.json lists ${expected} bytes of weights and no file that holds them`);
  return new ModelFileError(
    `weight file "${paths[at]}" has ${shards[at]?.byteLength} bytes, expected ${sizes[at]}: it is truncated, copy or ` +
      "download it again",
  );
}

/** tfjs reads whole buffers, and a small file read by Node is a view into a shared one. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return buffer;
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
