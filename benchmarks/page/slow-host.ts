// A host behind a slow line, for `pnpm bench:page`: workers' requests wait for it as the page's do.
import { readFile } from "node:fs/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import { gzipSync } from "node:zlib";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};

const piece = 4096;

/** Serves a folder on loopback, texts compressed, at so many bytes a second for all requests together. */
export async function slowHost(folder: string, bytesPerSecond: number): Promise<Server> {
  /** When the line is free again. */
  let free = 0;
  const send = async (response: ServerResponse, bytes: Uint8Array): Promise<void> => {
    for (let from = 0; from < bytes.length; from += piece) {
      const part = bytes.subarray(from, from + piece);
      free = Math.max(free, performance.now()) + (part.length * 1000) / bytesPerSecond;
      await new Promise((resolve) => setTimeout(resolve, free - performance.now()));
      response.write(part);
    }
    response.end();
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://host");
    const file = path.join(folder, pathname === "/" ? "index.html" : pathname);
    const type = types[path.extname(file)];
    readFile(file).then(
      (bytes) => {
        response.setHeader("Content-Type", type ?? "application/octet-stream");
        if (type !== undefined) response.setHeader("Content-Encoding", "gzip");
        void send(response, type === undefined ? bytes : gzipSync(bytes));
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
