/** A task that appears, and whose time starts, with its first piece of work. */
import type { Progress, Task } from "@secateur/command-line";

export function lazyTask(progress: Progress, label: string, total: number): Task {
  let task: Task | null = null;
  return {
    advance(amount, note) {
      task ??= progress.task(label, total);
      task.advance(amount, note);
    },
    done: (note) => task?.done(note),
  };
}
