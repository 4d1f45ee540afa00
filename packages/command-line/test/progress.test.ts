import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgress, formatDuration, timeLeft } from "../src/process/progress.ts";

describe("progress in a pipe", () => {
  it("writes a plain line at most every ten seconds", () => {
    const stream = new PassThrough();
    let time = 0;
    const progress = createProgress({ stream, now: () => time });
    const task = progress.task("Training", 100);
    for (let i = 0; i < 50; i++) {
      time += 500;
      task.advance(1, "loss 1.2");
    }
    progress.log("epoch done");
    task.done("loss 1.1");
    progress.stop();
    expect(String(stream.read())).toBe(
      [
        "Training: 20 %, 40 s left, loss 1.2",
        "Training: 40 %, 30 s left, loss 1.2",
        "epoch done",
        "Training: done in 25 s, loss 1.1",
        "",
      ].join("\n"),
    );
  });
});

describe("progress on a terminal", () => {
  it("draws a bar, keeps logs and the last line, and restores the cursor", () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
    let time = 0;
    const progress = createProgress({ stream, now: () => time });
    const task = progress.task("Training", 4);
    time = 5000;
    task.advance(2, "loss 1.2");
    progress.log("a line above");
    task.done();
    progress.stop();
    const text = String(stream.read());
    expect(text).toMatch(/Training █+░+ +50 % 5 s left loss 1\.2/);
    expect(text).toContain("a line above\n");
    expect(text).toContain("Training: done in 5 s\n");
    expect(text.lastIndexOf("\u001B[?25h")).toBeGreaterThan(text.lastIndexOf("\u001B[?25l"));
  });
});

it.each([
  [45_000, "45 s"],
  [200_000, "3 min 20 s"],
  [3_900_000, "1 h 05 min"],
])("formats %d ms", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

it("has no estimate before there is progress", () => {
  expect(timeLeft(0, 60_000)).toBe("");
  expect(timeLeft(0.5, 60_000)).toBe("1 min 00 s left");
});
