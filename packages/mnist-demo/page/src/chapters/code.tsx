// Epilogue: all of it as a few lines of code, which can be changed and run.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Order, Told } from "../code-worker.ts";

const firstCode = `const network = sequential(
  (images) => images.reshape([images.shape[0], 784]).div(255),
  dense(784, 16), sigmoid,
  dense(16, 16), sigmoid,
  dense(16, 10), sigmoid);
const cost = quadraticCost;
const optimizer = sgd(network.parameters(), { learningRate: 3 });
const options = { cost, optimizer, epochs: 20, batchSize: 100 };

for await (const { epoch, cost } of fit(network, train, options)) {
  console.log("epoch", epoch, "cost", cost);
}
console.log(await measure(network, test, { cost, accuracy }));
`;
/** Lines of output that are kept. */
const mostLines = 200;

export function Code(): VNode {
  const [code, setCode] = useState(firstCode);
  const [lines, setLines] = useState<readonly string[]>([]);
  const [error, setError] = useState<string>();
  const worker = useRef<Worker>();
  const [isRunning, setRunning] = useState(false);
  const stop = (): void => {
    worker.current?.terminate();
    worker.current = undefined;
    setRunning(false);
  };
  useEffect(() => stop, []);
  const end = (message: string | undefined): void => {
    setError(message);
    stop();
  };
  const run = (): void => {
    stop();
    setLines([]);
    setError(undefined);
    setRunning(true);
    const started = new Worker(new URL("../code-worker.ts", import.meta.url), { type: "module" });
    worker.current = started;
    started.addEventListener("error", ({ message }) => end(message || "its worker did not start"));
    started.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      if (data.kind === "done") end(data.error);
      else setLines((before) => [...before, data.text].slice(-mostLines));
    });
    const order: Order = { code, base: document.baseURI };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
    started.postMessage(order);
  };
  return (
    <>
      <p>
        The network of this page, its cost, and its training, in a few lines. Change what you like:
        another layer, <code>relu</code> and <code>crossEntropy</code>, <code>adam</code>. All names
        of nabla are there; <code>train</code> and <code>test</code> are the first 3,000 and 1,000
        digits. If shapes do not fit, the message says where.
      </p>
      <textarea
        class="code"
        aria-label="Code"
        spellcheck={false}
        rows={code.split("\n").length + 1}
        value={code}
        onInput={({ currentTarget }) => setCode(currentTarget.value)}
      />
      <div class="buttons">
        <button type="button" class="primary" onClick={isRunning ? stop : run}>
          {isRunning ? "Stop" : "Run"}
        </button>
        <button type="button" disabled={code === firstCode} onClick={() => setCode(firstCode)}>
          The first code again
        </button>
      </div>
      <div aria-live="polite">
        {lines.length > 0 && (
          <pre class="output" tabindex={0}>
            {lines.join("\n")}
          </pre>
        )}
        {error !== undefined && <p role="alert">{error}</p>}
      </div>
      <p>
        The same code, with its imports from <code>@nabla/autograd</code> and <code>@nabla/nn</code>
        , runs in Node.
      </p>
    </>
  );
}
