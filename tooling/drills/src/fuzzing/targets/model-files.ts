/** `loadModel` of model.json with float32 and quantised weights, of Keras's .h5 and of .keras files. */
import fs from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { Random } from "@secateur/base";
import { loadModel, ModelFilesError } from "@secateur/model-files";
import { disposeModel } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { mutateBytes, pick } from "../mutate.ts";
import { type Json, jsonText, mutateJson } from "../random-json.ts";
import type { FuzzTarget } from "../target.ts";

/** Models that Keras and tfjs-converter wrote. */
const fixtures = path.join(import.meta.dirname, "../../../../../packages/model-files/test/fixtures");
const fixture = (name: string): Buffer => gunzipSync(fs.readFileSync(path.join(fixtures, `${name}.gz`)));

/** Throws where the reader leaves tensors behind. */
async function readFiles(...files: readonly (readonly [name: string, bytes: Uint8Array])[]): Promise<void> {
  const { numTensors } = tf.memory();
  const chosen = files.map(([name, bytes]) => new File([new Uint8Array(bytes)], name));
  const loading = loadModel(chosen, { timeoutMs: 500 });
  await loading.then(disposeModel, () => undefined);
  const left = tf.memory().numTensors - numTensors;
  if (left !== 0) throw new Error(`${left} tensors were not disposed`);
  await loading;
}

/** The first one most of the time: a small model takes tfjs a few milliseconds. */
function pickSmall<T>(models: readonly T[], random: Random): T {
  const [small] = models;
  return small === undefined || random.below(8) === 0 ? pick(models, random) : small;
}

/** Half the time with a part replaced by a random value. */
function variant(value: Json, random: Random): Uint8Array {
  return Buffer.from(jsonText(random.below(2) === 0 ? value : deepMutation(value, random)));
}

/** A part far inside of the value is replaced as often as one at its top. */
function deepMutation(value: Json, random: Random): Json {
  if (typeof value !== "object" || value === null || random.below(6) === 0) return mutateJson(value, random);
  const entries = Object.entries(value);
  if (entries.length === 0) return mutateJson(value, random);
  const [key, inner] = pick(entries, random);
  const changed = deepMutation(inner, random);
  return Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
}

const weightFile = "group1-shard1of1.bin";
const lengthBytes = 4;

/** An input is the length of model.json, model.json, and the weights. */
export function modelJsonTarget(): FuzzTarget {
  const names = ["float32", "float16", "uint8", "uint16"].map((dtype) => `converted-${dtype}.json`);
  const models = names.map((name) => {
    const files = JSON.parse(fixture(name).toString());
    return { json: files["model.json"] as Json, weights: Buffer.from(files[weightFile], "base64") };
  });
  return {
    name: "model-json",
    make(random) {
      const { json, weights } = pick(models, random);
      const text = random.below(4) === 0 ? mutateBytes(variant(json, random), random) : variant(json, random);
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32LE(text.length);
      const data = random.below(4) === 0 ? mutateBytes(weights, random) : weights;
      return Buffer.concat([length, text, data]);
    },
    read(input) {
      const end = lengthBytes + Buffer.from(input).readUInt32LE(0);
      return readFiles(["model.json", input.subarray(lengthBytes, end)], [weightFile, input.subarray(end)]);
    },
    rejections: [ModelFilesError],
  };
}

/** The configuration lies in the file as text, and is replaced by one of the same length. */
export function h5Target(): FuzzTarget {
  const names = ["keras2-sequential", "keras2-images", "keras2-tokens", "keras3-images", "keras3-sequential"];
  const files = names.map((name) => fixture(`${name}.h5`));
  return {
    name: "h5",
    make(random) {
      const file = pickSmall(files, random);
      const changed = random.below(2) === 0 ? replaceConfiguration(file, random) : file;
      return random.below(3) === 0 ? changed : mutateBytes(changed, random);
    },
    read: (input) => readFiles(["model.h5", input]),
    rejections: [ModelFilesError],
  };
}

function replaceConfiguration(file: Buffer, random: Random): Uint8Array {
  const start = file.indexOf('{"class_name"');
  const end = endOfObject(file, start);
  const text = Buffer.from(
    JSON.stringify(deepMutation(JSON.parse(file.toString("utf8", start, end)), random)),
  );
  const copy = Buffer.from(file);
  copy.fill(" ", start, end);
  text.copy(copy, start, 0, end - start);
  return copy;
}

/** The byte behind the JSON object that starts at `start`; its strings contain no braces. */
function endOfObject(file: Buffer, start: number): number {
  let [at, depth] = [start, 0];
  do {
    if (file[at] === 0x7b) depth++;
    if (file[at] === 0x7d) depth--;
    at++;
  } while (depth > 0 && at < file.length);
  return at;
}

/** Entries change before they are zipped, so that their checksums are right; or the bytes of the archive do. */
export function kerasTarget(): FuzzTarget {
  const names = ["keras3-sequential", "keras2-images", "keras3-images", "keras3-nested", "keras3-tokens"];
  const files = names.map((name) => {
    const entries = unzipSync(fixture(`${name}.keras`));
    const config = JSON.parse(Buffer.from(entries["config.json"] ?? []).toString()) as Json;
    return { config, weights: entries["model.weights.h5"] ?? new Uint8Array() };
  });
  return {
    name: "keras",
    make(random) {
      const { config, weights } = pickSmall(files, random);
      const entries: Zippable = {
        "config.json": variant(config, random),
        "model.weights.h5": random.below(3) === 0 ? mutateBytes(weights, random) : weights,
      };
      const file = zipSync(entries, { level: pick([0, 1] as const, random), mtime: new Date(2000, 0, 1) });
      return random.below(4) === 0 ? mutateBytes(file, random) : file;
    },
    read: (input) => readFiles(["model.keras", input]),
    rejections: [ModelFilesError],
  };
}
