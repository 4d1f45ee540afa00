/** Events that several programs log: the working time of each process, and the inputs that must not change. */
import { z } from "zod";
import { RunDirectoryError } from "./run-directory-error.ts";

export interface WorkEvent {
  readonly type: "worked";
  readonly ms: number;
}

export const workEvent: z.ZodObject<{ type: z.ZodLiteral<"worked">; ms: z.ZodNumber }> = z.object({
  type: z.literal("worked"),
  ms: z.number(),
});

/** A measured number. JSON has no NaN and writes null in its place. */
export const measured: z.ZodType<number> = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

/** A log seen by code that writes one type of event. */
export interface Log<Event> {
  readonly events: readonly { readonly type: string }[];
  append(event: Event): void;
}

/** Logs the working time of this process. @returns the milliseconds of all processes that completed their part. */
export function logWork(log: Log<WorkEvent>, startedAt: Date): number {
  log.append({ type: "worked", ms: Date.now() - startedAt.getTime() });
  const isWork = (event: { readonly type: string }): event is WorkEvent => event.type === "worked";
  return log.events.filter(isWork).reduce((sum, { ms }) => sum + ms, 0);
}

/**
 * Logs an input at the start of a run, and compares it when the run continues.
 *
 * @param problem - What differs, as a sentence; null where nothing does.
 * @throws RunDirectoryError with the problem
 */
export function requireUnchanged<Event extends { readonly type: string }>(
  log: Log<Event>,
  now: Event,
  problem: (before: Event) => string | null,
): void {
  const before = log.events.find((event): event is Event => event.type === now.type);
  if (before === undefined) {
    log.append(now);
    return;
  }
  const text = problem(before);
  if (text !== null) throw new RunDirectoryError(text);
}
