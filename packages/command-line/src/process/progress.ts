/**
 * Progress of the work and the time left: bars on a terminal, occasional plain lines in a pipe or in CI. Written to
 * stderr, so that stdout holds the table only.
 */
import { MultiBar, type SingleBar } from "cli-progress";

export interface Task {
  /** Adds to the completed amount. @param note - The current activity. */
  advance(amount: number, note?: string): void;
  done(note?: string): void;
}

export interface Progress {
  task(label: string, total: number): Task;
  /** A line above the bars. */
  log(line: string): void;
  /** Removes the bars and shows the cursor. */
  stop(): void;
}

export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Current time in milliseconds; for tests. */
  readonly now?: () => number;
  /** Minimum time between two lines of a task in a pipe. */
  readonly everyMs?: number;
}

export function createProgress({ stream, now = Date.now, everyMs = 10_000 }: ProgressOptions): Progress {
  return stream.isTTY === true ? barProgress(stream, now) : lineProgress(stream, now, everyMs);
}

/** The time left at the average speed, or nothing before there is an estimate. */
export function timeLeft(doneShare: number, elapsedMs: number): string {
  if (doneShare <= 0 || elapsedMs < 1000) return "";
  return `${formatDuration((elapsedMs * (1 - doneShare)) / doneShare)} left`;
}

/** `45 s`, `3 min 20 s`, `1 h 05 min`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

function barProgress(stream: NodeJS.WritableStream, now: () => number): Progress {
  const bars = new MultiBar({
    stream,
    format: "{label} {bar} {percentage} % {left} {note}",
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    fps: 8,
    linewrap: false,
    autopadding: true,
  });
  let drawn = now();
  const draw = (): void => {
    drawn = now();
    bars.update();
  };
  const log = (line: string): void => {
    bars.log(`${line}\n`);
    draw();
  };
  return {
    task: (label, total) => {
      const start = now();
      const bar = bars.create(total, 0, { label, left: "", note: "" });
      return {
        advance: (amount, note) => {
          advanceBar(bar, amount, now() - start, note);
          if (now() - drawn >= redrawMs) draw();
        },
        done: (note) => {
          bars.remove(bar);
          log(doneLine(label, now() - start, note));
        },
      };
    },
    log,
    stop: () => bars.stop(),
  };
}

/** Synchronous work blocks the timer of the bars, so they are also drawn when work is reported. */
const redrawMs = 120;

function advanceBar(bar: SingleBar, amount: number, elapsedMs: number, note: string | undefined): void {
  bar.increment(amount, note === undefined ? {} : { note });
  bar.update({ left: timeLeft(bar.getProgress(), elapsedMs) });
}

function lineProgress(stream: NodeJS.WritableStream, now: () => number, everyMs: number): Progress {
  const write = (line: string): void => {
    stream.write(`${line}\n`);
  };
  return {
    task: (label, total) => {
      const start = now();
      let [count, last] = [0, start];
      return {
        advance: (amount, note = "") => {
          count += amount;
          if (now() - last < everyMs) return;
          last = now();
          const share = total > 0 ? Math.min(1, count / total) : 1;
          const parts = [`${label}: ${Math.floor(share * 100)} %`, timeLeft(share, last - start), note];
          write(parts.filter((part) => part !== "").join(", "));
        },
        done: (note) => write(doneLine(label, now() - start, note)),
      };
    },
    log: write,
    stop: () => {},
  };
}

const doneLine = (label: string, elapsedMs: number, note: string | undefined): string =>
  `${label}: done in ${formatDuration(elapsedMs)}${note === undefined ? "" : `, ${note}`}`;
