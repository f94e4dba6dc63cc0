// The playground: an editor, and what its program shows.
import { render } from "preact";
import { App } from "./app.tsx";

render(<App />, document.querySelector("#app")!);
