/** The worker's side of a worker process: answers one request after another with events. */
import process from "node:process";
import { setImmediate } from "node:timers/promises";
import { isSecateurError } from "@secateur/base";

export type WorkerMessage<Event> =
  | { readonly type: "event"; readonly event: Event }
  | { readonly type: "done" }
  | {
      readonly type: "failed";
      readonly text: string;
      /** The code of a `SecateurError`, or of the operating system. */
      readonly code: string | undefined;
      /** Whether the error is a `SecateurError`, and its message is meant for the user. */
      readonly isExpected: boolean;
      readonly stack: string;
    };

/** Handles the parent's requests until the parent ends. */
export function serveRequests<Request, Event>(handle: (request: Request) => AsyncIterable<Event>): void {
  const send = (message: WorkerMessage<Event>): void => {
    process.send?.(message, (error: Error | null) => {
      if (error !== null) process.exit();
    });
  };
  const answer = async (request: Request): Promise<void> => {
    for await (const event of handle(request)) {
      send({ type: "event", event });
      await setImmediate(); // lets the process notice that its parent has ended
    }
    send({ type: "done" });
  };
  process.on("message", (request: Request) => {
    answer(request).catch((error: unknown) => send(failed(error)));
  });
  // The parent handles Ctrl-C.
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit());
}

function failed(error: unknown): Extract<WorkerMessage<never>, { type: "failed" }> {
  const { message: text, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  return { type: "failed", text, code, isExpected: isSecateurError(error), stack };
}
