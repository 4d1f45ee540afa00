/** Feeds a reader with random inputs. Input i follows from (seed, i) alone, so every failure can be repeated. */
import { createRandom } from "@secateur/base";
import type { FuzzTarget } from "./target.ts";

export interface FuzzOptions {
  readonly seed: number;
  /** Index of the first input. */
  readonly from: number;
  readonly inputs: number;
  /** An input that takes longer is a failure. */
  readonly maximumMs: number;
  /** Called before each input is read, so that a watchdog can name one that never ends. */
  readonly onInput?: (index: number) => void;
}

export interface FuzzFailure {
  readonly index: number;
  readonly input: Uint8Array;
  readonly problem: string;
}

export interface FuzzResult {
  readonly failures: readonly FuzzFailure[];
  readonly slowestMs: number;
}

export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, from, inputs, maximumMs, onInput } = options;
  const failures: FuzzFailure[] = [];
  let slowestMs = 0;
  for (let index = from; index < from + inputs; index++) {
    onInput?.(index);
    const input = target.make(createRandom(seed, index));
    const start = performance.now();
    const problem = await problemOf(target, input);
    const ms = performance.now() - start;
    slowestMs = Math.max(slowestMs, ms);
    if (problem !== null) failures.push({ index, input, problem });
    else if (ms > maximumMs) failures.push({ index, input, problem: `took ${Math.round(ms)} ms` });
  }
  return { failures, slowestMs };
}

async function problemOf(target: FuzzTarget, input: Uint8Array): Promise<string | null> {
  try {
    await target.read(input);
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
