/**
 * Random moments of a run: after some more lines of its log, and then a part of the time to the next line. So the start, the
 * end and every step between are hit, however long each takes.
 */
import type { Random } from "@secateur/base";
import type { InterruptedRun } from "../programs/interrupted-run.ts";
import { type Moment, pause } from "../programs/process-group.ts";

interface Timeline {
  /** Milliseconds from the start, or the line before, to each line of the log, and to the end. At least one. */
  readonly gaps: readonly number[];
}

/** Runs to the end without interruption. */
export async function followRun(
  run: InterruptedRun,
): Promise<{ readonly result: unknown; readonly timeline: Timeline }> {
  const startedAt = performance.now();
  const times: number[] = [];
  let hasEnded = false;
  const finished = run.finish().finally(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    await Promise.race([finished, pause(5)]);
    while (times.length < run.logLength()) times.push(performance.now() - startedAt);
  }
  times.push(performance.now() - startedAt);
  return { result: await finished, timeline: { gaps: times.map((time, i) => time - (times[i - 1] ?? 0)) } };
}

export interface Moments {
  /** Of the next launch of a run. */
  next(run: InterruptedRun): Moment;
  /** Where a kill hit a run, in words. */
  placeOf(run: InterruptedRun, moment: Moment): string;
}

export function momentsOf({ gaps }: Timeline, random: Random): Moments {
  const lines = gaps.length - 1;
  const within = (ms: number): number => random.below(Math.ceil(ms));
  return {
    next(run) {
      const from = Math.min(run.logLength(), lines);
      const line = from + random.below(Math.min(lines - from, Math.ceil(lines / 4)) + 1);
      // A launch takes time before it continues the log.
      const gap = Math.max(gaps[line] ?? 0, line === from ? (gaps[0] ?? 0) : 0);
      return { hasCome: () => run.logLength() >= line, afterMs: within(gap) };
    },
    placeOf(run, { afterMs }) {
      if (lines === 0) return `quarter ${1 + Math.floor((4 * afterMs) / (gaps[0] ?? 1))} of the time`;
      const reached = run.logLength();
      if (!run.hasStarted()) return "before the settings";
      if (reached === 0) return "before the first event";
      return reached >= lines
        ? "after the last event"
        : `quarter ${1 + Math.floor((4 * reached) / lines)} of the log`;
    },
  };
}
