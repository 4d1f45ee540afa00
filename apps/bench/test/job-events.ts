/** The events of a pruning job by kind. */
import type { CompareEvent, TestedCell } from "../src/compare/events.ts";
import type { JobEvent } from "../src/compare/jobs/job.ts";
import { eventsOf } from "../src/run/event-log.ts";

export async function collected(events: AsyncIterable<JobEvent>): Promise<readonly JobEvent[]> {
  const all: JobEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

export const logged = (events: readonly JobEvent[]): readonly CompareEvent[] =>
  events.flatMap((event) => (event.type === "log" ? [event.event] : []));

export const cellsOf = (events: readonly JobEvent[]): readonly TestedCell[] =>
  eventsOf(logged(events), "cell").map(({ cell }) => cell);

/** In training images. */
export const workOf = (events: readonly JobEvent[]): number =>
  events.reduce((sum, event) => sum + (event.type === "work" ? event.amount : 0), 0);
