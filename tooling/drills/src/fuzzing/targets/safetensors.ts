/** `readSafetensors`: headers with changed entries, and changed bytes. */
import type { Random } from "@secateur/base";
import { readSafetensors, WeightsError } from "@secateur/models";
import { mutateBytes, pick } from "../mutate.ts";
import { type Json, jsonText, mutateJson } from "../random-json.ts";
import type { FuzzTarget } from "../target.ts";

const bytesPerElement = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

function randomFile(random: Random): readonly [header: Json, dataBytes: number] {
  let end = 0;
  const entries = Array.from({ length: random.below(4) }, (_, i) => {
    const dtype = pick(Object.keys(bytesPerElement) as (keyof typeof bytesPerElement)[], random);
    const shape = Array.from({ length: random.below(4) }, () => random.below(4));
    const begin = end;
    end += bytesPerElement[dtype] * shape.reduce((product, size) => product * size, 1);
    return [`layer${i}/kernel`, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  return [{ __metadata__: { format: "secateur" }, ...Object.fromEntries(entries) }, end];
}

function encode(header: Json, dataBytes: number): Uint8Array {
  const json = Buffer.from(jsonText(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, new Uint8Array(dataBytes)]);
}

export const safetensorsTarget: FuzzTarget = {
  name: "safetensors",
  make(random) {
    const [header, dataBytes] = randomFile(random);
    const file = encode(random.below(2) === 0 ? header : mutateJson(header, random), dataBytes);
    return random.below(2) === 0 ? file : mutateBytes(file, random);
  },
  read: readSafetensors,
  rejections: [WeightsError],
};
