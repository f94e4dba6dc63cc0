// The page: what is there from the start, and the worker behind it.
import { render } from "preact";
import { App } from "./app.tsx";

render(<App />, document.querySelector("#app")!);
