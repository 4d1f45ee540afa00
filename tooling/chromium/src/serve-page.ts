/** Serves a folder on a free port of this machine, and receives the outcome that its page reports. */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** What the page reported: its result, or the text of its error. */
export interface Outcome {
  readonly result?: unknown;
  readonly error?: string;
}

export interface PageServer {
  readonly url: string;
  readonly outcome: Promise<Outcome>;
  readonly close: () => void;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** These headers make a page cross-origin isolated, so that it has SharedArrayBuffer and threads. */
const isolation = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

export async function servePage(folder: string, isIsolated: boolean): Promise<PageServer> {
  let resolve: (outcome: Outcome) => void = () => undefined;
  const outcome = new Promise<Outcome>((settle) => {
    resolve = settle;
  });
  const server = http.createServer((request, response) => {
    if (request.method === "POST") return receive(request, response, resolve);
    const name = new URL(request.url ?? "/", "http://localhost").pathname.slice(1) || "index.html";
    const file = path.join(folder, path.normalize(`/${name}`));
    const type = types[path.extname(file)];
    if (type === undefined || !fs.existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": type, ...(isIsolated ? isolation : {}) });
    fs.createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://localhost:${port}/`, outcome, close };
}

function receive(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  resolve: (outcome: Outcome) => void,
): void {
  const parts: Buffer[] = [];
  request.on("data", (part: Buffer) => parts.push(part));
  request.on("end", () => {
    response.end();
    resolve(JSON.parse(Buffer.concat(parts).toString("utf8")) as Outcome);
  });
}
