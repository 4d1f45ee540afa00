/**
 * Makes the writes of this process into one folder fail from the n-th on, as on a full disk, or the n-th kill it. A file is
 * written half before that.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { type WriteCounter, writeCounter } from "./write-counter.ts";
import type { WriteFault } from "./write-fault.ts";

type Operation = (this: unknown, ...args: unknown[]) => unknown;
type Operations = Record<string, Operation | undefined>;

/** What an operation does before it fails. */
type HalfDone = (original: Operation, receiver: unknown, args: readonly unknown[]) => unknown;

function half(data: unknown): Uint8Array {
  const bytes = typeof data === "string" ? Buffer.from(data) : (data as Uint8Array);
  return bytes.subarray(0, bytes.byteLength >> 1);
}

const writesHalf: HalfDone = (original, receiver, [target, data]) =>
  original.call(receiver, target, half(data));
const handleWritesHalf: HalfDone = (original, receiver, [data]) => original.call(receiver, half(data));
const doesNothing: HalfDone = () => undefined;

/** Operations of node:fs that need space; with "Sync", with a callback, and of `fs.promises`. */
const operations: Readonly<Record<string, HalfDone>> = {
  writeFile: writesHalf,
  appendFile: writesHalf,
  write: writesHalf,
  writev: doesNothing,
  open: doesNothing,
  mkdir: doesNothing,
  mkdtemp: doesNothing,
  rename: doesNothing,
  copyFile: doesNothing,
};

/** Operations that call each other count once. */
let isInside = false;

function synchronous(
  counter: WriteCounter,
  name: string,
  halfDone: HalfDone,
  original: Operation,
): Operation {
  return function failing(...args) {
    if (isInside) return original.apply(this, args);
    isInside = true;
    try {
      if (!counter.mustFail(name, args)) return original.apply(this, args);
      halfDone(original, this, args);
      throw counter.failure(name, args);
    } finally {
      isInside = false;
    }
  };
}

function withCallback(counter: WriteCounter, name: string, original: Operation): Operation {
  return function failing(...args) {
    if (isInside || !counter.mustFail(name, args)) return original.apply(this, args);
    const callback = args.findLast((each) => typeof each === "function") as (error: Error) => void;
    process.nextTick(callback, counter.failure(name, args));
    return undefined;
  };
}

/** @param isHandle - Whether the operation is one of a file handle, its receiver. */
function promised(
  counter: WriteCounter,
  name: string,
  halfDone: HalfDone,
  isHandle: boolean,
  original: Operation,
): Operation {
  return async function failing(...args) {
    if (!counter.mustFail(name, isHandle ? [this] : args)) return original.apply(this, args);
    await halfDone(original, this, args);
    throw counter.failure(name, args);
  };
}

/** @returns a function that puts the original back. */
function replace(holder: object, name: string, wrap: (original: Operation) => Operation): () => void {
  const original = (holder as Operations)[name];
  if (original === undefined) return () => undefined;
  (holder as Operations)[name] = wrap(original);
  return () => void Object.assign(holder, { [name]: original });
}

async function fileHandlePrototype(): Promise<object> {
  const handle = await fs.promises.open(process.execPath);
  await handle.close();
  return Object.getPrototypeOf(handle);
}

export interface FailingWrites {
  readonly count: () => number;
  readonly restore: () => void;
}

export async function failWrites(fault: Omit<WriteFault, "countFile">): Promise<FailingWrites> {
  const counter = writeCounter(fault);
  const prototype = await fileHandlePrototype();
  const restorations = Object.entries(operations).flatMap(([name, halfDone]) => {
    const ofHandle = halfDone === writesHalf ? handleWritesHalf : halfDone;
    return [
      replace(fs, `${name}Sync`, (original) => synchronous(counter, name, halfDone, original)),
      replace(fs, name, (original) => withCallback(counter, name, original)),
      replace(fs.promises, name, (original) => promised(counter, name, halfDone, false, original)),
      replace(prototype, name, (original) => promised(counter, name, ofHandle, true, original)),
    ];
  });
  syncBuiltinESMExports();
  return {
    count: counter.count,
    restore() {
      for (const restore of restorations) restore();
      syncBuiltinESMExports();
    },
  };
}
