/** `readPyTorch`: zip and legacy files of a state_dict with strided, shared and empty tensors. */
import type { Random } from "@secateur/base";
import { readPyTorch, WeightsError } from "@secateur/models";
import { zipSync } from "fflate";
import { extremeInteger, mutateBytes, pick } from "../mutate.ts";
import { global, integer, longInteger, pickleOf, text } from "../pickle-tokens.ts";
import type { FuzzTarget } from "../target.ts";

/** Element sizes in bytes. */
const storageTypes = {
  Float: 4,
  Double: 8,
  Half: 2,
  BFloat16: 2,
  Long: 8,
  Int: 4,
  Byte: 1,
  Bool: 1,
} as const;

interface Storage {
  readonly key: string;
  readonly type: keyof typeof storageTypes;
  readonly count: number;
}

function randomStorages(random: Random): readonly Storage[] {
  const types = Object.keys(storageTypes) as Storage["type"][];
  return Array.from({ length: 1 + random.below(3) }, (_, i) => ({
    key: String(i),
    type: pick(types, random),
    count: random.below(40),
  }));
}

/** A size, stride or offset: right most of the time. */
function number(value: number, random: Random): string {
  return random.below(30) === 0 ? longInteger(extremeInteger(random)) : integer(value);
}

function tensorTokens({ key, type, count }: Storage, random: Random): readonly string[] {
  const width = 1 + random.below(3);
  const shape = pick([[count], [Math.floor(count / width), width], [1, count], [0, 5], []], random);
  const strides =
    random.below(2) === 0 ? shape.map((_, axis) => (axis === 0 ? (shape[1] ?? 1) : 1)) : shape.map(() => 1);
  const tuple = (values: readonly number[]): readonly string[] => [
    "(",
    ...values.map((value) => number(value, random)),
    "t",
  ];
  return [
    global("torch._utils._rebuild_tensor_v2"),
    "(",
    ...[
      "(",
      text("storage"),
      global(`torch.${type}Storage`),
      text(key),
      text("cpu"),
      number(count, random),
      "t",
    ],
    "Q",
    number(0, random),
    ...tuple(shape),
    ...tuple(strides),
    "\x89",
    global("collections.OrderedDict"),
    ")",
    "R",
    "t",
    "R",
  ];
}

function stateDict(storages: readonly Storage[], random: Random): Uint8Array {
  const entries = Array.from({ length: random.below(5) }, (_, i) => [
    text(`layer${i}.weight`),
    ...tensorTokens(pick(storages, random), random),
  ]);
  return pickleOf(["}", "(", ...entries.flat(), "u"], random);
}

const bytesOf = ({ type, count }: Storage): number => count * storageTypes[type];

function zipFile(storages: readonly Storage[], random: Random): Uint8Array {
  const files = storages.map(
    (storage) => [`a/data/${storage.key}`, new Uint8Array(bytesOf(storage))] as const,
  );
  return zipSync(
    { "a/data.pkl": stateDict(storages, random), ...Object.fromEntries(files) },
    { level: 0, mtime: new Date(2000, 0, 1) },
  );
}

/** Magic number, protocol, system info, object, keys; then each storage with its count. */
function legacyFile(storages: readonly Storage[], random: Random): Uint8Array {
  const head = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.\x80\x02}.";
  const keys = `\x80\x02](${storages.map(({ key }) => text(key)).join("")}e.`;
  const contents = storages.flatMap((storage) => {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(storage.count));
    return [count, new Uint8Array(bytesOf(storage))];
  });
  const [start, list] = [head, keys].map((part) => Buffer.from(part, "latin1"));
  return Buffer.concat([
    start ?? Buffer.alloc(0),
    stateDict(storages, random),
    list ?? Buffer.alloc(0),
    ...contents,
  ]);
}

export const pytorchTarget: FuzzTarget = {
  name: "pytorch",
  make(random) {
    const storages = randomStorages(random);
    const file = pick([zipFile, legacyFile], random)(storages, random);
    return random.below(2) === 0 ? file : mutateBytes(file, random);
  },
  read: readPyTorch,
  rejections: [WeightsError],
};
