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
  /** The number of inputs that the reader accepted. */
  readonly accepted: number;
  readonly failures: readonly FuzzFailure[];
  readonly slowestMs: number;
}

export async function fuzz(target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const { seed, from, inputs, maximumMs, onInput } = options;
  const failures: FuzzFailure[] = [];
  let [accepted, slowestMs] = [0, 0];
  for (let index = from; index < from + inputs; index++) {
    onInput?.(index);
    const input = target.make(createRandom(seed, index));
    const start = performance.now();
    const outcome = await outcomeOf(target, input);
    const ms = performance.now() - start;
    slowestMs = Math.max(slowestMs, ms);
    accepted += Number(outcome === true);
    if (typeof outcome === "string") failures.push({ index, input, problem: outcome });
    else if (ms > maximumMs) failures.push({ index, input, problem: `took ${Math.round(ms)} ms` });
  }
  return { accepted, failures, slowestMs };
}

/** Whether the input is accepted, or the error that the reader may not throw. */
async function outcomeOf(target: FuzzTarget, input: Uint8Array): Promise<boolean | string> {
  try {
    await target.read(input);
    return true;
  } catch (error) {
    if (target.rejections.some((rejection) => error instanceof rejection)) return false;
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
