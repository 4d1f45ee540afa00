/** How long a run has worked in all: each process that came to its end logged its part. */
import type { RunEvent } from "./event-log.ts";

export function workedMs(events: readonly RunEvent[]): number {
  return events.reduce((ms, event) => (event.type === "worked" ? ms + Number(event["ms"]) : ms), 0);
}
