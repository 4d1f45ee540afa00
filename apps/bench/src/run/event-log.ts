/**
 * `events.jsonl`: what happened, one JSON object a line, only ever appended to. A line that a killed process left half
 * written is cut off when the log is opened again.
 */
import fs from "node:fs";
import { explained, RunDirectoryError } from "./run-directory-error.ts";

export interface RunEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

export class EventLog {
  readonly #file: string;
  readonly #descriptor: number;
  /** Where each event's line ends, in bytes. */
  readonly #ends: number[] = [];
  #events: RunEvent[] = [];

  constructor(file: string) {
    this.#file = file;
    this.#descriptor = explained(`open ${file}`, () => fs.openSync(file, "a+"));
    try {
      this.#read();
    } catch (error) {
      fs.closeSync(this.#descriptor);
      throw error;
    }
  }

  /** Everything logged so far, by this process and those before it. */
  get events(): readonly RunEvent[] {
    return this.#events;
  }

  /** Adds one line; where the disk is full, nothing of it stays. */
  append(event: RunEvent): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    const start = this.#size();
    try {
      explained(`write to ${this.#file}`, () => fs.writeFileSync(this.#descriptor, line));
    } catch (error) {
      fs.ftruncateSync(this.#descriptor, start);
      throw error;
    }
    this.#events.push(event);
    this.#ends.push(start + line.length);
  }

  /** Forgets all but the first `count` events: those after the checkpoint that a resumed run goes on from. */
  rewind(count: number): void {
    if (count >= this.#events.length) return;
    this.#events = this.#events.slice(0, count);
    this.#ends.length = count;
    fs.ftruncateSync(this.#descriptor, this.#size());
  }

  close(): void {
    fs.fsyncSync(this.#descriptor);
    fs.closeSync(this.#descriptor);
  }

  #size(): number {
    return this.#ends.at(-1) ?? 0;
  }

  #read(): void {
    const bytes = fs.readFileSync(this.#file);
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      this.#events.push(this.#parse(bytes.toString("utf8", start, end)));
      start = end + 1;
      this.#ends.push(start);
    }
    if (start < bytes.length) fs.ftruncateSync(this.#descriptor, start);
  }

  #parse(line: string): RunEvent {
    try {
      const event: unknown = JSON.parse(line);
      if (isEvent(event)) return event;
    } catch {
      // Not JSON: the sentence below says so.
    }
    const number = this.#events.length + 1;
    throw new RunDirectoryError(
      `${this.#file}, line ${number}, is no event: the file was changed. Delete it and what follows, or choose another --out.`,
    );
  }
}

function isEvent(value: unknown): value is RunEvent {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
