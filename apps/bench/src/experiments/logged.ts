/** The events of an experiment's log. */
import { eventsOf } from "../run/event-log.ts";
import type { ExperimentEvent } from "./events.ts";

/** The events of one type. An event logged twice, before and after a kill, counts once; the last one is valid. */
export function lastOfEach<Type extends ExperimentEvent["type"]>(
  events: readonly ExperimentEvent[],
  type: Type,
  key: (event: Extract<ExperimentEvent, { readonly type: Type }>) => string | number,
): readonly Extract<ExperimentEvent, { readonly type: Type }>[] {
  return [...new Map(eventsOf(events, type).map((event) => [key(event), event])).values()];
}
