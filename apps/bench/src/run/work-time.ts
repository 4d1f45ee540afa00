/** How long a run has worked in all: each process that came to its end logged its part. */
import type { EventLog } from "./event-log.ts";

/** Logs the part of this process, and gives the whole. */
export function logWork(log: EventLog, startedAt: Date): number {
  log.append({ type: "worked", ms: Date.now() - startedAt.getTime() });
  return log.events.reduce((ms, event) => (event.type === "worked" ? ms + Number(event["ms"]) : ms), 0);
}
