/** Runs the contenders alternately, round after round, and reports medians and speeds relative to some of them. */

import { markdownOf } from "../report/markdown-table.ts";
import { median } from "../run/median.ts";
import {
  type Answer,
  type Contender,
  ContenderError,
  type ContenderSpec,
  startContender,
} from "./contender.ts";

export interface Measured {
  readonly name: string;
  /** One of Secateur's own. */
  readonly ours: boolean;
  /** Median over all rounds; null for a contender that could not start. */
  readonly ms: number | null;
  /** Peak memory minus that of the idle process, MiB. */
  readonly workMegabytes: number | null;
  readonly peakMegabytes: number | null;
  /** The last answer, or the reason why there is none. */
  readonly answer: Answer | string;
}

export interface Rounds {
  readonly rounds: number;
  /** Repetitions per turn. */
  readonly repetitions: number;
  readonly onTurn: (name: string) => void;
}

/** A contender that cannot start is listed with the reason; the others continue. */
export async function compare(
  specs: readonly ContenderSpec[],
  { rounds, repetitions, onTurn }: Rounds,
): Promise<readonly Measured[]> {
  const reasons = new Map<string, string>();
  const contenders = new Map<string, Contender>();
  const answers = new Map<string, Answer[]>();
  try {
    for (const spec of specs) {
      onTurn(`${spec.name}: starting`);
      try {
        contenders.set(spec.name, await startContender(spec));
      } catch (error) {
        if (!(error instanceof ContenderError)) throw error;
        reasons.set(spec.name, error.message);
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const { name, ask } of contenders.values()) {
        onTurn(name);
        answers.set(name, [...(answers.get(name) ?? []), await ask(repetitions)]);
      }
    }
  } finally {
    for (const { stop } of contenders.values()) stop();
  }
  return specs.map(({ name, ours = false }) => {
    const given = answers.get(name) ?? [];
    const last = given.at(-1);
    if (last === undefined)
      return {
        name,
        ours,
        ms: null,
        workMegabytes: null,
        peakMegabytes: null,
        answer: reasons.get(name) ?? "",
      };
    return {
      name,
      ours,
      ms: median(given.flatMap(({ ms }) => ms)),
      workMegabytes: last.peakMegabytes - last.idleMegabytes,
      peakMegabytes: last.peakMegabytes,
      answer: last,
    };
  });
}

/** A table with speeds relative to each of the `references` that took part: 2.00× is twice as fast. */
export function formatMeasured(measured: readonly Measured[], references: readonly string[]): string {
  const taking = measured.filter(({ ms }) => ms !== null);
  const shown = references.filter((name) => taking.some((each) => each.name === name));
  const speed = (ms: number, reference: string): string => {
    const other = taking.find(({ name }) => name === reference)?.ms;
    return other ? `${(other / ms).toFixed(2)}×` : "";
  };
  const body = measured.map(({ name, ms, workMegabytes, peakMegabytes, answer }) =>
    ms === null
      ? [name, ...shown.map(() => ""), `not available: ${String(answer)}`, "", ""]
      : [
          name,
          ...shown.map((reference) => speed(ms, reference)),
          ms.toFixed(0),
          String(workMegabytes),
          String(peakMegabytes),
        ],
  );
  const speeds = shown.map((name) => `speed, ${name} = 1`);
  return markdownOf(["", ...speeds, "ms", "memory above idle, MiB", "total memory, MiB"], body);
}
