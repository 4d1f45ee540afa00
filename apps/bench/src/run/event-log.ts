/**
 * `events.jsonl`: the events of a run, one JSON object per line, append-only. Every line is validated when the log is
 * opened; an incomplete last line, which a killed process leaves, is cut off. Reading takes time and memory in proportion
 * to the file: its bytes, and JSON line by line.
 */
import fs from "node:fs";
import type { z } from "zod";
import { explained, RunDirectoryError } from "./run-directory-error.ts";

export interface RunEvent {
  readonly type: string;
}

export class EventLog<Event extends RunEvent> {
  readonly #file: string;
  readonly #schema: z.ZodType<Event>;
  readonly #descriptor: number;
  readonly #events: Event[] = [];
  /** The length of the file in bytes. */
  #size = 0;

  /** @throws RunDirectoryError naming the first line that is damaged or of an unknown type. */
  constructor(file: string, schema: z.ZodType<Event>) {
    this.#file = file;
    this.#schema = schema;
    this.#descriptor = explained(`open ${file}`, () => fs.openSync(file, "a+"));
    try {
      this.#read();
    } catch (error) {
      fs.closeSync(this.#descriptor);
      throw error;
    }
  }

  /** All events, of this process and of earlier ones. */
  get events(): readonly Event[] {
    return this.#events;
  }

  /** Adds one line. Where writing fails, for instance on a full disk, the file stays as it was. */
  append(event: Event): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      explained(`write to ${this.#file}`, () => fs.writeFileSync(this.#descriptor, line));
    } catch (error) {
      fs.ftruncateSync(this.#descriptor, this.#size);
      throw error;
    }
    this.#events.push(event);
    this.#size += line.length;
  }

  close(): void {
    fs.fsyncSync(this.#descriptor);
    fs.closeSync(this.#descriptor);
  }

  #read(): void {
    const bytes = fs.readFileSync(this.#file);
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, this.#size)) {
      this.#events.push(this.#parse(bytes.toString("utf8", this.#size, end)));
      this.#size = end + 1;
    }
    if (this.#size < bytes.length) fs.ftruncateSync(this.#descriptor, this.#size);
  }

  #parse(line: string): Event {
    const parsed = this.#schema.safeParse(parseJson(line));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
    throw new RunDirectoryError(
      `${this.#file}, line ${this.#events.length + 1}, is not a valid event (${where}${issue?.message ?? "damaged"}). Delete this line and all later ones to continue from there, or choose another --out.`,
    );
  }
}

/** The events of one type. */
export function eventsOf<Event extends RunEvent, Type extends Event["type"]>(
  events: readonly Event[],
  type: Type,
): readonly Extract<Event, { readonly type: Type }>[] {
  return events.filter((event): event is Extract<Event, { readonly type: Type }> => event.type === type);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
