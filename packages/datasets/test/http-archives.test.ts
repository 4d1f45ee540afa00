import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openSource } from "../src/archives/byte-source.ts";
import { imagenet, MissingFileError, parquetImages, tarImages, tfRecordImages } from "../src/index.ts";
import { fixtures, identify, stored } from "./stored-pictures.ts";
import { temporaryFolder } from "./tiny-images.ts";

type Respond = (request: http.IncomingMessage, response: http.ServerResponse) => void;

async function serve(respond: Respond): Promise<string> {
  const server = http.createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers range requests for the files of the fixtures, as S3 does. */
function store(log: string[]): Respond {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const file = path.join(fixtures, pathname);
    if (!fs.existsSync(file))
      return void response.writeHead(404).end("<Error><Code>NoSuchKey</Code></Error>");
    const bytes = fs.readFileSync(file);
    const { range = "" } = request.headers;
    log.push(range);
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const part = bytes.subarray(Number(first), Number(last) + 1);
    const end = Number(first) + part.length - 1;
    response.writeHead(206, {
      "content-range": `bytes ${first}-${end}/${bytes.length}`,
      "content-length": part.length,
    });
    response.end(part);
  };
}

it("reads every kind of archive by ranges of a URL", async () => {
  const log: string[] = [];
  const host = await serve(store(log));
  const kinds = [
    [tarImages, "webdataset/imagenet1k-validation-00.tar"],
    [tfRecordImages, "tfrecord/validation-00000-of-00001"],
    [parquetImages, "parquet/data/validation-00000-of-00001.parquet"],
  ] as const;
  for (const [list, name] of kinds) {
    const images = await list([`${host}/${name}?X-Amz-Signature=secret`]);
    expect(await identify(images)).toEqual(Object.entries(stored.val));
    expect(images.nameOf(0)).toContain(`${host}/${name}: `);
    expect(`${images.source} ${images.nameOf(0)}`).not.toContain("secret");
  }
  expect(log.every((range) => range !== "")).toBe(true);
});

it("reads the shards that a list names, with numbers in braces", async () => {
  const log: string[] = [];
  const host = await serve(store(log));
  const folder = temporaryFolder();
  fs.writeFileSync(
    path.join(folder, "train-shards.txt"),
    `${host}/webdataset/imagenet1k-train-{0000..0001}.tar\n\n`,
  );
  expect(await identify(await imagenet(folder, "train"))).toEqual(Object.entries(stored.train));
  // A request for the size, the first bytes, the header and label of each archive, and one for each image.
  expect(log.length).toBeLessThan(12);
  fs.writeFileSync(path.join(folder, "val-shards.txt"), "a-{5..3}.tar");
  await expect(imagenet(folder, "val")).rejects.toThrow("has the range {5..3}");
});

it("explains what a server does not do", async () => {
  const answers: readonly (readonly [Respond, RegExp])[] = [
    [(_, response) => response.end("whole file"), /does not answer range requests; use another server/],
    [(_, response) => response.writeHead(404).end(), /^http.*\/a.tar is missing \(HTTP 404\); check the URL/],
    [
      (_, response) => response.writeHead(403).end(),
      /HTTP 403\); requests are not signed, .* pre-signed URL/,
    ],
    [
      (_, response) => response.writeHead(206, { "content-range": "bytes 5-9/100" }).end("12345"),
      /sent another range than the one requested/,
    ],
    [
      (_, response) => response.writeHead(206, { "content-range": "bytes 0-0/100" }).end("1".repeat(1e6)),
      /sent more than was requested/,
    ],
  ];
  for (const [respond, message] of answers) {
    const host = await serve(respond);
    await expect(openSource(`${host}/a.tar?secret`)).rejects.toThrow(message);
    await expect(openSource(`${host}/a.tar?secret`)).rejects.not.toThrow("secret");
  }
  const host = await serve((_, response) => void response.writeHead(404).end());
  await expect(openSource(`${host}/a.tar`)).rejects.toThrow(MissingFileError);
});

it("repeats requests that fail by chance", async () => {
  let requests = 0;
  const answer = store([]);
  const host = await serve((request, response) => {
    requests++;
    if (requests === 1) return void response.writeHead(503).end("SlowDown");
    if (requests === 3) return void response.destroy();
    answer(request, response);
  });
  const source = await openSource(`${host}/webdataset/imagenet1k-validation-00.tar`);
  expect((await source.use((read) => read(0, 28))).toString()).toBe("ILSVRC2012_val_00000001.jpeg");
  expect(requests).toBe(4);
});
