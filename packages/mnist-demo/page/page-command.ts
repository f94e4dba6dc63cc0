// The command `page`: builds the page and serves it until Ctrl-C.
import path from "node:path";
import { fileURLToPath } from "node:url";
import { NablaError } from "@nabla/autograd";
import { build, type PreviewServer, preview } from "vite";
import { integer, type Kind, name, readArguments } from "../src/command-line.ts";
import { type CommandContext, runCommand } from "../src/run-command.ts";
import { rebuild } from "./built-folder.ts";

export interface PageOptions {
  readonly port: number;
  /** Only the folder is wanted. */
  readonly onlyBuild: boolean;
  readonly out: string;
  /** Whether the server lets the page have threads. */
  readonly isolated: boolean;
}

const help = `Builds the page that shows how a network learns, and serves it on this machine.

  npx --yes pnpm@12 page [options]

  --port N         where it is served (4173; 0: any port that is free)
  --out FOLDER     where it is built (packages/mnist-demo/dist-page): a new or empty folder, or one
                   that was built before
  --build          only build: the folder works on any static host
  --no-isolation   serve as a host without headers would: without threads
  --help, -h       this

Ctrl-C ends serving. Nothing that is done in the page is sent anywhere.
`;

const port: Kind<number> = {
  read: (text) => integer(text, 0, 65_535),
  expected: "an integer from 0 to 65535",
};

const configFile = fileURLToPath(new URL("vite.config.ts", import.meta.url));
const builtFolder = fileURLToPath(new URL("../dist-page", import.meta.url));

export function parsePageOptions(given: readonly string[]): PageOptions | "help" {
  const names = {
    command: "page",
    values: ["port", "out"],
    flags: ["build", "no-isolation"],
  } as const;
  return readArguments(names, given, (said) => ({
    port: said.read("port", port, 4173),
    onlyBuild: said.has("build"),
    out: said.read("out", name("a folder"), builtFolder),
    isolated: !said.has("no-isolation"),
  }));
}

/**
 * Builds the page into a folder, in place of what it built there before. Throws `NablaError` for a
 * folder with other files.
 */
export async function buildPage(out: string = builtFolder): Promise<void> {
  const outDir = path.resolve(out);
  // For visitors, whatever the environment is of who builds it.
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  try {
    await rebuild(outDir, async () => {
      await build({ configFile, logLevel: "warn", build: { outDir } });
    });
  } finally {
    if (before === undefined) delete process.env["NODE_ENV"];
    else process.env["NODE_ENV"] = before;
  }
}

/** Serves a folder that `buildPage` has made. */
export async function servePage(options: Omit<PageOptions, "onlyBuild">): Promise<PreviewServer> {
  const { out, isolated } = options;
  const plain = {
    headers: {
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Opener-Policy": "unsafe-none",
      "Cross-Origin-Embedder-Policy": "unsafe-none",
    },
  };
  try {
    return await preview({
      configFile,
      logLevel: "warn",
      build: { outDir: path.resolve(out) },
      preview: { port: options.port, strictPort: true, ...(isolated ? {} : plain) },
    });
  } catch (error) {
    throw new NablaError(
      `page: port ${options.port} cannot be had (${(error as Error).message}); give another by --port`,
    );
  }
}

export function runPage(args: readonly string[], context: CommandContext): Promise<number> {
  return runCommand({ help, parse: parsePageOptions, run: page }, args, context);
}

async function page(options: PageOptions, { stdout, signal }: CommandContext): Promise<number> {
  await buildPage(options.out);
  if (options.onlyBuild) {
    stdout.write(`built: ${options.out}\n`);
    return 0;
  }
  const server = await servePage(options);
  stdout.write(`${server.resolvedUrls?.local[0]}\nCtrl-C ends\n`);
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  await server.close();
  return 0;
}
