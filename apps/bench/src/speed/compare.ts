/** Several contenders in turn, round after round: medians, and their ratio to one of them. */
import {
  type Answer,
  type Contender,
  ContenderError,
  type ContenderSpec,
  startContender,
} from "./contender.ts";
import { markdown } from "./markdown.ts";
import { median } from "./median.ts";

export interface Measured {
  readonly name: string;
  /** Median over all rounds; null where it could not take part. */
  readonly ms: number | null;
  /** Memory that the work takes: the largest less that of the idle process, MiB. */
  readonly workMegabytes: number | null;
  readonly peakMegabytes: number | null;
  /** The last answer, for what else it tells; or why there is none. */
  readonly answer: Answer | string;
}

export interface Rounds {
  readonly rounds: number;
  /** Repetitions a turn. */
  readonly repetitions: number;
  readonly onTurn: (name: string) => void;
}

/** A contender that cannot start is named with its reason, and the others go on. */
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
  return specs.map(({ name }) => {
    const given = answers.get(name) ?? [];
    const last = given.at(-1);
    if (last === undefined)
      return { name, ms: null, workMegabytes: null, peakMegabytes: null, answer: reasons.get(name) ?? "" };
    return {
      name,
      ms: median(given.flatMap(({ ms }) => ms)),
      workMegabytes: last.peakMegabytes - last.idleMegabytes,
      peakMegabytes: last.peakMegabytes,
      answer: last,
    };
  });
}

/** Speeds relative to the first of `references` that took part: 2.00× is twice as fast. */
export function formatMeasured(measured: readonly Measured[], references: readonly string[]): string {
  const taking = measured.filter(({ ms }) => ms !== null);
  const shown = references.filter((name) => taking.some((each) => each.name === name));
  const speed = (ms: number, reference: string): string => {
    const other = taking.find(({ name }) => name === reference)?.ms;
    return other ? `${(other / ms).toFixed(2)}×` : "";
  };
  const body = measured.map(({ name, ms, workMegabytes, peakMegabytes, answer }) =>
    ms === null
      ? [name, ...shown.map(() => ""), `not here: ${String(answer)}`, "", ""]
      : [
          name,
          ...shown.map((reference) => speed(ms, reference)),
          ms.toFixed(0),
          String(workMegabytes),
          String(peakMegabytes),
        ],
  );
  const speeds = shown.map((name) => `speed, ${name} = 1`);
  return markdown(["", ...speeds, "ms", "memory of the work, MiB", "with the process"], body);
}
